using Builder.Parser.Text;

namespace Builder.Parser.Syntax;

/// <summary>A here-document of RUN, COPY or ADD.</summary>
/// <param name="Name">The delimiter without quotes; COPY names the file so.</param>
/// <param name="Content">The body, each line with its newline; tabs already stripped when <paramref name="StripTabs"/>.</param>
/// <param name="Expand">False when any part of the delimiter was quoted.</param>
/// <param name="StripTabs">Opened with <c>&lt;&lt;-</c>.</param>
/// <param name="FileDescriptor">The digits before <c>&lt;&lt;</c>, or null.</param>
/// <param name="Span">The opener.</param>
/// <param name="ContentSpan">The body in the source.</param>
public sealed record Heredoc(
    string Name, string Content, bool Expand, bool StripTabs, int? FileDescriptor, SourceSpan Span, SourceSpan ContentSpan);
