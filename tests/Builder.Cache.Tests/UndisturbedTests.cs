namespace Builder.Cache.Tests;

/// <summary>Tests that run alone: a program that another test starts holds every lock of this process until it has been executed.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class UndisturbedTests
{
    internal const string Name = "undisturbed";
}
