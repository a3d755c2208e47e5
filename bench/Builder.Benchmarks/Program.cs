using BenchmarkDotNet.Running;

// What BenchmarkDotNet's own options say: bench/micro gives the usual ones.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
