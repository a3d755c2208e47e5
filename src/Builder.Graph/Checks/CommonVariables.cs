using System.Collections.Frozen;

namespace Builder.Graph.Checks;

/// <summary>
/// Variables that widely used images set. Where a base image hasn't been asked for, a use of one of them is no mistake worth telling.
/// </summary>
internal static class CommonVariables
{
    private static readonly FrozenSet<string> Names = new[]
    {
        "PATH", "HOME", "HOSTNAME", "TERM", "LANG", "LANGUAGE", "LC_ALL", "LD_LIBRARY_PATH", "DEBIAN_FRONTEND", "container",
        "APP_UID", "GOPATH", "GOROOT", "GOTOOLCHAIN", "CARGO_HOME", "RUSTUP_HOME", "GEM_HOME", "BUNDLE_PATH", "CONDA_DIR", "VIRTUAL_ENV", "PIP_ROOT_USER_ACTION",
        "M2_HOME", "JRE_HOME", "CATALINA_HOME", "JETTY_HOME", "JETTY_BASE", "PGDATA", "APACHE_CONFDIR", "APACHE_ENVVARS", "NJS_VERSION", "PKG_RELEASE",
        "COMPOSER_HOME", "COMPOSER_ALLOW_SUPERUSER", "SPARK_HOME", "HADOOP_HOME", "AIRFLOW_HOME", "CUDA_HOME", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] Prefixes =
    [
        "JAVA_", "MAVEN_", "GRADLE_", "NODE_", "NPM_", "YARN_", "PNPM_", "BUN_", "DENO_", "PYTHON_", "PIP_", "PHP_", "RUBY_", "BUNDLE_", "GOLANG_",
        "RUST_", "DOTNET_", "ASPNETCORE_", "ASPNET_", "NUGET_", "NGINX_", "TOMCAT_", "POSTGRES_", "MYSQL_", "REDIS_", "SWIFT_", "ELIXIR_", "OTP_",
        "ERLANG_", "GHC_", "STACK_", "PERL_", "JULIA_", "NVIDIA_", "CUDA_", "NV_", "LLVM_", "GCC_", "ALPINE_", "HTTPD_", "KAFKA_", "SDKMAN_",
    ];

    /// <summary>Whether images are known to set a variable of this name.</summary>
    public static bool Contains(string name) => Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
