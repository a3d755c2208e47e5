namespace Builder.Cache.Checking;

/// <summary>Something in a store that isn't as it should be.</summary>
/// <param name="Kind">What it is: <c>blob</c>, <c>snapshot</c>, <c>image</c>, <c>name</c> or <c>record</c>.</param>
/// <param name="Id">Which.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="IsRepaired">Whether it was taken out of the store.</param>
public sealed record StoreProblem(string Kind, string Id, string Problem, bool IsRepaired);
