using Builder.Parser.Text;

namespace Builder.Parser.Syntax;

/// <summary><c>FROM [--platform=P] image [AS name]</c>.</summary>
public sealed record FromInstruction(Word Keyword, Word Image, Word? Platform, Word? StageName, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>ARG name[=default] ...</c>.</summary>
public sealed record ArgInstruction(Word Keyword, SyntaxList<ArgDeclaration> Arguments, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary>One name of an ARG line.</summary>
/// <param name="Name">Never expanded.</param>
/// <param name="Default">Null when there is no <c>=</c>.</param>
public sealed record ArgDeclaration(Word Name, Word? Default);

/// <summary><c>ENV</c>, in either form.</summary>
public sealed record EnvInstruction(Word Keyword, SyntaxList<KeyValue> Pairs, bool LegacyForm, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>LABEL</c>, in either form.</summary>
public sealed record LabelInstruction(Word Keyword, SyntaxList<KeyValue> Pairs, bool LegacyForm, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary>A key with its value, both before expansion.</summary>
public sealed record KeyValue(Word Key, Word Value);

/// <summary><c>RUN</c>.</summary>
/// <param name="Keyword">The keyword.</param>
/// <param name="Command">What to run.</param>
/// <param name="Heredocs">In the order of their openers.</param>
/// <param name="Mounts">Values of <c>--mount</c>, CSV not yet taken apart.</param>
/// <param name="Network">Value of <c>--network</c>.</param>
/// <param name="Security">Value of <c>--security</c>.</param>
/// <param name="Devices">Values of <c>--device</c>.</param>
/// <param name="Span">The whole instruction.</param>
public sealed record RunInstruction(
    Word Keyword, CommandLine Command, SyntaxList<Heredoc> Heredocs, SyntaxList<Word> Mounts, Word? Network, Word? Security,
    SyntaxList<Word> Devices, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>COPY</c> and <c>ADD</c>.</summary>
/// <param name="Keyword">The keyword.</param>
/// <param name="IsAdd">True for ADD.</param>
/// <param name="Sources">File sources; here-documents are apart.</param>
/// <param name="Heredocs">In the order of their openers.</param>
/// <param name="Destination">The last word.</param>
/// <param name="Flags">What the flags say.</param>
/// <param name="JsonForm">Written as a JSON array.</param>
/// <param name="Span">The whole instruction.</param>
public sealed record CopyInstruction(
    Word Keyword, bool IsAdd, SyntaxList<Word> Sources, SyntaxList<Heredoc> Heredocs, Word Destination, CopyFlags Flags, bool JsonForm,
    SourceSpan Span) : Instruction(Keyword, Span);

/// <summary>Flags of COPY and ADD; a flag that the keyword doesn't have has already been refused.</summary>
public sealed record CopyFlags
{
    public Word? From { get; init; }
    public Word? Chown { get; init; }
    public Word? Chmod { get; init; }
    public bool Link { get; init; }
    public bool Parents { get; init; }
    public SyntaxList<Word> Exclude { get; init; }
    public Word? Checksum { get; init; }

    /// <summary>Null when not given.</summary>
    public bool? KeepGitDir { get; init; }

    /// <summary>Null when not given: local archives are unpacked, remote ones are not.</summary>
    public bool? Unpack { get; init; }
}

/// <summary><c>CMD</c>.</summary>
public sealed record CmdInstruction(Word Keyword, CommandLine Command, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>ENTRYPOINT</c>.</summary>
public sealed record EntrypointInstruction(Word Keyword, CommandLine Command, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>SHELL ["...", ...]</c>.</summary>
public sealed record ShellInstruction(Word Keyword, SyntaxList<Word> Arguments, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>EXPOSE port[/proto] ...</c>.</summary>
public sealed record ExposeInstruction(Word Keyword, SyntaxList<Word> Ports, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>VOLUME</c>, JSON or words.</summary>
public sealed record VolumeInstruction(Word Keyword, SyntaxList<Word> Paths, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>USER</c>; the rest of the line is one word.</summary>
public sealed record UserInstruction(Word Keyword, Word User, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>WORKDIR</c>; the rest of the line is one word.</summary>
public sealed record WorkdirInstruction(Word Keyword, Word Path, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>STOPSIGNAL</c>.</summary>
public sealed record StopSignalInstruction(Word Keyword, Word Signal, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>MAINTAINER</c>, deprecated.</summary>
public sealed record MaintainerInstruction(Word Keyword, Word Author, SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>HEALTHCHECK</c>.</summary>
/// <param name="Keyword">The keyword.</param>
/// <param name="Command">Null for <c>NONE</c>.</param>
/// <param name="Interval">Value of <c>--interval</c>.</param>
/// <param name="Timeout">Value of <c>--timeout</c>.</param>
/// <param name="StartPeriod">Value of <c>--start-period</c>.</param>
/// <param name="StartInterval">Value of <c>--start-interval</c>.</param>
/// <param name="Retries">Value of <c>--retries</c>.</param>
/// <param name="Span">The whole instruction.</param>
public sealed record HealthcheckInstruction(
    Word Keyword, CommandLine? Command, Word? Interval, Word? Timeout, Word? StartPeriod, Word? StartInterval, Word? Retries,
    SourceSpan Span) : Instruction(Keyword, Span);

/// <summary><c>ONBUILD trigger</c>.</summary>
/// <param name="Keyword">The keyword.</param>
/// <param name="Trigger">The trigger's text as stored in the image config, here-document bodies included.</param>
/// <param name="Inner">The same, parsed; null when it is wrong in a way that matters only where it is run.</param>
/// <param name="Span">The whole instruction.</param>
public sealed record OnbuildInstruction(Word Keyword, string Trigger, Instruction? Inner, SourceSpan Span) : Instruction(Keyword, Span);
