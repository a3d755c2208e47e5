// Every native call here passes blittable values only; nothing may be marshalled behind our back.
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
