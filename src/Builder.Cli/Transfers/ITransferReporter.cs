namespace Builder.Cli.Transfers;

/// <summary>Told how a pull or push goes; called from several threads.</summary>
internal interface ITransferReporter
{
    /// <summary>A part of the work begins or ends.</summary>
    void Task(string name, bool done);

    /// <summary>A layer has come to another state.</summary>
    /// <param name="layer">Its short name.</param>
    /// <param name="state">In docker's words.</param>
    void Layer(string layer, string state);

    /// <summary>Bytes of a layer have gone over the wire.</summary>
    /// <param name="layer">Its short name.</param>
    /// <param name="action">In docker's words.</param>
    /// <param name="current">Bytes so far.</param>
    /// <param name="total">Bytes in all.</param>
    void Progress(string layer, string action, long current, long total);
}
