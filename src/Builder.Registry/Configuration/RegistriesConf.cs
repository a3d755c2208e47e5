namespace Builder.Registry.Configuration;

/// <summary>What containers' registries.conf says about registries (containers-registries.conf(5), version 2, and what version 1 says about insecure ones).</summary>
internal static class RegistriesConf
{
    internal static RegistryHosts AddTo(RegistryHosts hosts, string text, string path)
    {
        TomlTable root = TomlReader.Read(text, path);
        List<RegistryRule> rules = [.. hosts.Rules];
        List<string> insecure = [.. hosts.Insecure];
        foreach (TomlTable table in root.Tables("registry"))
        {
            RegistryRule rule = RuleOf(table, path);

            // A later file replaces what an earlier one says about the same names.
            rules.RemoveAll(other => other.Prefix == rule.Prefix);
            rules.Add(rule);
            if (rule.IsInsecure) insecure.Add(HostOf(rule.Location ?? rule.Prefix));
            insecure.AddRange(rule.Mirrors.Where(mirror => mirror.IsInsecure).Select(mirror => HostOf(mirror.Location)));
        }

        insecure.AddRange(root.Table("registries")?.Table("insecure")?.Texts("registries").Select(HostOf) ?? []);
        return hosts with { Rules = [.. rules], Insecure = [.. insecure.Distinct(StringComparer.OrdinalIgnoreCase)] };
    }

    internal static string HostOf(string place) => place.Split('/')[0];

    private static RegistryRule RuleOf(TomlTable table, string path)
    {
        string? location = table.Text("location");
        string prefix = table.Text("prefix") ?? location ?? throw new FormatException($"'{path}': a [[registry]] has neither prefix nor location");
        RegistryMirror[] mirrors = [.. table.Tables("mirror").Select(mirror => MirrorOf(mirror, table.IsSet("mirror-by-digest-only"), path))];
        return new RegistryRule(prefix, location, table.IsSet("insecure"), table.IsSet("blocked"), [.. mirrors]);
    }

    private static RegistryMirror MirrorOf(TomlTable table, bool byDigestOnly, string path)
    {
        string location = table.Text("location") ?? throw new FormatException($"'{path}': a [[registry.mirror]] has no location");
        MirrorUse use = table.Text("pull-from-mirror") switch
        {
            "digest-only" => MirrorUse.DigestOnly,
            "tag-only" => MirrorUse.TagOnly,
            _ => byDigestOnly ? MirrorUse.DigestOnly : MirrorUse.All,
        };
        return new RegistryMirror(location, table.IsSet("insecure"), use);
    }
}
