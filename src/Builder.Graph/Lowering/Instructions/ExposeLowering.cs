using System.Collections.Immutable;
using Builder.Graph.Checks.Rules;
using Builder.Graph.Lowering.History;
using Builder.Graph.Lowering.Values;
using Builder.Oci.Collections;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>EXPOSE: the only instruction whose words are split again after expansion.</summary>
internal static class ExposeLowering
{
    // Joining two sets of tens of thousands takes longer than their texts are long.
    private const long PortCost = 40;

    public static void Lower(ExposeInstruction expose, InstructionScope scope)
    {
        var ports = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        bool failed = false;
        foreach (Word word in expose.Ports)
        {
            EquatableArray<string>? texts = scope.ExpandAndSplit(word);
            failed |= texts is null;
            foreach (string text in texts ?? [])
            {
                PortRange? range = PortRange.Parse(text, out string problem);
                if (range is not null)
                {
                    ports.UnionWith(range.Ports);
                    Check(text, word, range, scope);
                    continue;
                }

                failed = true;
                scope.Error("BLD2202", $"'{text}' can't be exposed: {problem}", word.Span, "write port[-port][/tcp|/udp|/sctp]");
            }
        }

        if (failed) return;
        scope.Context.Budget.Spend(ports.Count * PortCost);
        ImmutableSortedSet<string> known = scope.State.Config.ExposedPorts ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
        scope.State.Config = scope.State.Config with { ExposedPorts = known.Union(ports) };
        scope.Commit("EXPOSE " + GoText.Set(ports));
    }

    private static void Check(string text, Word word, PortRange range, InstructionScope scope)
    {
        string container = text[(text.LastIndexOf(':') + 1)..];
        if (container.Length < text.Length)
        {
            scope.Notice(
                ExposeInvalidFormat.Rule,
                $"'{text}' names an address or a port of the host, which EXPOSE does nothing with",
                word.Span,
                $"write '{container}' here, and publish with 'docker run -p {text}'");
        }

        if (container.EndsWith("/" + range.Protocol, StringComparison.OrdinalIgnoreCase) && !container.EndsWith(range.Protocol, StringComparison.Ordinal))
            scope.Notice(ExposeProtoCasing.Rule, $"the protocol in '{text}' is not in lower case", word.Span, $"write '{container.ToLowerInvariant()}'");
    }
}
