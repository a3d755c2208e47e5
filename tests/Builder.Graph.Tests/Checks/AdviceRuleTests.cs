using Builder.Graph.Checks;

namespace Builder.Graph.Tests.Checks;

/// <summary>This program's own checks: where each fires, where not, and what it underlines.</summary>
public sealed class AdviceRuleTests
{
    [Theory]
    [InlineData("UntaggedBaseImage", "FROM debian", "debian")]
    [InlineData("UntaggedBaseImage", "FROM debian:latest AS a", "debian:latest")]
    [InlineData("LastUserRoot", "FROM a:1\nUSER me\nUSER root", "root")]
    [InlineData("AddInsteadOfCopy", "FROM a:1\nADD src /src", "ADD")]
    [InlineData("RelativeCopyDestination", "FROM a:1\nCOPY a b/", "b/")]
    [InlineData("SecretValueInArgOrEnv", "FROM a:1\nENV x=AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP")]
    [InlineData("ShellSecret", "FROM a:1\nRUN git clone https://me:hunter22@example.com/x", "hunter22")]
    [InlineData("ShellCdInRun", "FROM a:1\nRUN cd /app && make", "cd /app")]
    [InlineData("ShellCdInRun", "FROM a:1\nRUN <<EOF\nset -e\ncd /app\nmake\nEOF", "cd /app")]
    [InlineData("ShellSudo", "FROM a:1\nRUN a && \\\n  # why\n  sudo make", "sudo")]
    [InlineData("ShellSudo", "FROM a:1\nRUN [\"sudo\", \"make\"]", "sudo")]
    [InlineData("ShellSudo", "FROM a:1\nONBUILD RUN echo \"$(sudo id)\"", "sudo")]
    [InlineData("ShellApt", "FROM a:1\nRUN apt install -y x=1", "apt")]
    [InlineData("ShellAptGetWithoutYes", "FROM a:1\nRUN apt-get install x=1", "install")]
    [InlineData("ShellAptGetRecommends", "FROM a:1\nRUN apt-get -y install x=1", "install")]
    [InlineData("ShellAptListsLeft", "FROM a:1\nRUN apt-get update && apt-get install -y x=1", "update")]
    [InlineData("ShellUnpinnedApt", "FROM a:1\nRUN apt-get install -y -t stable x=1 'y'", "'y'")]
    [InlineData("ShellUnpinnedApk", "FROM a:1\nRUN apk add --no-cache --virtual .deps curl", "curl")]
    [InlineData("ShellUnpinnedPip", "FROM a:1\nRUN python3 -m pip install flask 'x==1'", "flask")]
    [InlineData("ShellUnpinnedNpm", "FROM a:1\nRUN npm install -g @scope/x y@1", "@scope/x")]
    [InlineData("ShellUnpinnedGem", "FROM a:1\nRUN gem install rails", "rails")]
    [InlineData("ShellPipeWithoutPipefail", "FROM a:1\nRUN a | b && c", "a | b")]
    [InlineData("ShellPipeToShell", "FROM a:1\nRUN curl -fsSL https://x | bash -", "curl -fsSL https://x | bash -")]
    [InlineData("ShellPipeToShell", "FROM a:1\nRUN sh -c \"$(wget -O- https://x)\"", "\"$(wget -O- https://x)\"")]
    [InlineData("ShellHugeUid", "FROM a:1\nRUN useradd -u 1234567 me", "1234567")]
    public void A_rule_points_at_its_culprit(string rule, string dockerfile, string culprit)
    {
        Assert.Equal([culprit], Checked.All(dockerfile).Of(rule));
        Assert.Empty(Checked.All("# check=skip=" + rule + "\n" + dockerfile).Of(rule));
        Assert.Empty(Checked.Build(dockerfile).Of(rule));
    }

    [Theory]
    [InlineData("FROM debian@sha256:0000000000000000000000000000000000000000000000000000000000000000 AS a\nFROM a\nFROM scratch")]
    [InlineData("ARG V=1\nFROM a:$V\nUSER root\nRUN x\nUSER me")]
    [InlineData("FROM a:1\nADD a.tar.gz https://x.example/y.git#v1 /\nCOPY a /\nADD $X /")]
    [InlineData("FROM a:1 AS a\nWORKDIR /x\nCOPY a .\nFROM a\nCOPY b c")]
    [InlineData("FROM a:1\nENV x=https://user:$PASS@h y=AKIA\nRUN git clone https://example.com/a:b@c https://$U:$P@h")]
    [InlineData("FROM a:1\nRUN git clone x && cd x && make\nRUN (cd /app && make)\nRUN make -C /app cd")]
    [InlineData("FROM a:1\nRUN echo sudo 'x; sudo y' # sudo\nRUN case x in sudo) a;; esac; for sudo in a; do b; done")]
    [InlineData("FROM a:1\nRUN cat <<EOF > /x\nsudo a\nEOF\nRUN <<EOF python3\nsudo()\nEOF")]
    [InlineData("FROM a:1\nRUN apt-get update && apt-get install -yqq --no-install-recommends x=1 ./y.deb && rm -rf /var/lib/apt/lists/*")]
    [InlineData("FROM a:1 AS build\nRUN apt-get update\nFROM scratch\nCOPY --from=build /x /x")]
    [InlineData("FROM a:1\nRUN --mount=type=cache,target=/var/lib/apt apt-get update")]
    [InlineData("FROM a:1\nRUN pip install -r requirements.txt && pip install . && npm ci && npm install && gem install x -v 1 && apk add x~1 $Y")]
    [InlineData("FROM a:1\nRUN echo x | sha256sum -c\nRUN set -o pipefail && a | b\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b || c")]
    [InlineData("FROM a:1\nSHELL [\"powershell\", \"-c\"]\nRUN a | b; cd /x")]
    [InlineData("FROM a:1\nRUN curl -o x https://x && sh x\nRUN useradd -l -u 1234567 a; useradd -u 1000 b")]
    public void A_good_file_has_no_findings(string dockerfile) =>
        Assert.DoesNotContain(Checked.All(dockerfile).Report.Findings, finding => finding.Rule.Group == CheckGroup.Advice);
}
