# shellcheck shell=bash
# What keeps strangers' files and programs in their place, and how each is switched off. Sourced by tests/mutations/run, which says what the words mean.

handle=src/Builder.Linux/Files/DirectoryHandle
layers=src/Builder.Cache/Layers
init=src/Builder.Sandbox/Init

# Names and paths
guard file-name-is-one-component src/Builder.Linux/Native/NameBuffer.cs "if (name.IsEmpty || name.SequenceEqual(\".\"u8) || name.SequenceEqual(\"..\"u8) || name.ContainsAny((byte)'/', (byte)0))" 'if (name.IsEmpty)' Builder.Linux DirectoryHandleTests
guard file-open-follows-no-link $handle.cs 'flags | FcntlH.NoFollow | FcntlH.CloseOnExec' 'flags | FcntlH.CloseOnExec' Builder.Linux DirectoryHandleTests
guard file-open-waits-for-no-pipe $handle.cs 'OpenAt(name, FcntlH.ReadOnly | FcntlH.NonBlock |' 'OpenAt(name, FcntlH.ReadOnly |' Builder.Linux DirectoryHandleTests
guard file-open-takes-regular-files $handle.cs 'if (status.IsRegular) return file;' 'if (!status.IsDirectory) return file;' Builder.Linux DirectoryHandleTests
guard file-made-is-new $handle.cs 'FcntlH.Create | FcntlH.Exclusive' 'FcntlH.Create' Builder.Linux DirectoryHandleTests
guard file-path-stays-in-root $handle.Beneath.cs 'OpenAt2H.InRoot | OpenAt2H.NoMagicLinks' 'OpenAt2H.NoMagicLinks' Builder.Linux DirectoryHandleTests
guard file-path-through-no-descriptor $handle.Beneath.cs 'OpenAt2H.InRoot | OpenAt2H.NoMagicLinks' 'OpenAt2H.InRoot' Builder.Linux DirectoryHandleTests
guard file-owner-of-no-link-target $handle.Status.cs '(uint)uid, (uint)gid, FcntlH.AtSymlinkNoFollow)' '(uint)uid, (uint)gid, 0)' Builder.Linux DirectoryHandleTests
guard file-time-of-no-link-target $handle.Status.cs 'times, FcntlH.AtSymlinkNoFollow)' 'times, 0)' Builder.Linux DirectoryHandleTests
guard file-descriptors-close-on-exec $handle.Beneath.cs '(ulong)(uint)(flags | FcntlH.CloseOnExec)' '(ulong)(uint)flags' Builder.Linux DirectoryHandleTests
guard file-of-a-context-is-in-it src/Builder.Linux/Files/RegularFile.cs 'if (!path.StartsWith(prefix, StringComparison.Ordinal)) return' 'if (prefix.Length > 0) return' Builder.Linux RegularFileTests
guard file-passwd-is-small src/Builder.Linux/Identity/AccountFile.cs 'if (length > MaxSize)' 'if (length < 0)' Builder.Linux AccountFileTests

# Layers
guard layer-removes-names-only $layers/LayerExtractor.cs 'name.Length == 0 || name.AsSpan().SequenceEqual("."u8) || name.AsSpan().SequenceEqual(".."u8)' 'name.Length == 0' Builder.Cache LayerExtractorTests
guard layer-has-no-whiteout-devices $layers/LayerExtractor.cs 'if (entry is { Type: TarEntryType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 }) return;' '' Builder.Cache LayerExtractorTests
guard layer-names-are-short $layers/LayerExtractor.cs 'if (length > LongestName)' 'if (length < 0)' Builder.Cache LayerExtractorTests
guard layer-paths-are-short $layers/LayerExtractor.cs 'if (path.Length > LongestPath)' 'if (path.Length < 0)' Builder.Cache LayerExtractorTests
guard layer-entries-are-counted $layers/LayerExtractor.cs 'if (++count > _mostEntries)' 'if (++count < 0)' Builder.Cache LayerEntryCountTests
guard layer-links-not-to-removed $layers/LayerExtractor.cs 'if (OverlayFormat.IsWhiteout(target)) throw' 'if (targetPath.Length == 0) throw' Builder.Cache LayerExtractorTests
guard layer-attributes-of-overlayfs-dropped $layers/ImageAttributes.cs '&& !name.StartsWith("user.overlay.", StringComparison.Ordinal)' '' Builder.Cache LayerExtractorTests
guard layer-attributes-of-the-store-dropped $layers/ImageAttributes.cs '&& !name.StartsWith("user.builder.", StringComparison.Ordinal)' '' Builder.Cache LayerExtractorTests
guard layer-attributes-of-the-host-dropped $layers/ImageAttributes.cs 'name is Capability or' 'name.StartsWith("trusted.", StringComparison.Ordinal) || name is Capability or' Builder.Cache LayerExtractorTests
guard layer-links-end $layers/DraftDirectories.cs 'if (++links > MostLinks)' 'if (++links < 0)' Builder.Cache LayerExtractorTests
guard layer-holes-are-counted src/Builder.Oci/Tar/TarReader.cs 'if (size - stored > MostHoles - _holes)' 'if (size < 0)' Builder.Oci Tar
guard layer-headers-are-small src/Builder.Oci/Tar/PaxOverrides.cs 'if (_bytes > TarBlock.MaxPaxSize)' 'if (_bytes < 0)' Builder.Oci Tar
guard layer-blobs-are-as-long-as-said src/Builder.Cache/Blobs/BlobStore.cs 'if (size > expectedSize) throw' 'if (size < 0) throw' Builder.Cache BlobStoreTests

# What goes out
guard secrets-in-broken-lines src/Builder.Executor/Secrets/JoinedLines.cs '_isAtStartOfLine = line >= 0;' '_isAtStartOfLine = false;' Builder.Executor SecretSearchTests
guard secrets-between-chunks src/Builder.Executor/Secrets/SecretSearch.cs '_buffer.AsSpan(length - _overlap, _overlap).CopyTo(_buffer);' '' Builder.Executor SecretSearchTests

# The sandbox, from inside
guard inside-proc-is-no-link $init/MountTargets.cs 'else if (status.Type != FileType.Directory) throw new SetupException(125, $"/{name} is not' 'else if (name.Length == 0) throw new SetupException(125, $"/{name} is not' Builder.EndToEnd HostileImageTests
guard inside-null-is-the-null-device $init/Shields.cs 'status is not { Type: FileType.CharacterDevice, DeviceMajor: 1, DeviceMinor: 3 }' 'status.Size < 0' Builder.EndToEnd MountPlaceTests
guard inside-filter-is-set $init/ContainerInit.cs 'if (filter is not null) CredentialCalls' 'if (filter is [0]) CredentialCalls' Builder.EndToEnd ProbeTests
guard inside-capabilities-are-bounded $init/ContainerInit.cs 'CredentialCalls.LimitBoundingSet(capabilities);' '' Builder.EndToEnd SandboxTests
guard inside-capabilities-are-dropped $init/ContainerInit.cs 'user.Uid == 0 ? capabilities : []' '[.. Enumerable.Range(0, 40)]' Builder.EndToEnd SandboxTests
guard inside-paths-are-shielded $init/ContainerInit.cs 'Shields.Raise(root, plan.Security);' '' Builder.EndToEnd ProbeTests
guard inside-descriptors-are-closed $init/ContainerInit.cs 'ProcessCalls.CloseOnExecFrom(ControlDescriptor);' '' Builder.EndToEnd ProbeTests
guard inside-has-its-own-session $init/ContainerInit.cs 'ProcessCalls.StartSession();' '' Builder.EndToEnd ProbeTests
guard inside-processes-are-its-own src/Builder.Sandbox/Running/ContainerProcess.cs 'NamespaceKinds.Mount | NamespaceKinds.Process |' 'NamespaceKinds.Mount |' Builder.EndToEnd ProbeTests
guard inside-network-is-its-own src/Builder.Sandbox/Running/ContainerProcess.cs 'if (network == SandboxNetwork.None) kinds |= NamespaceKinds.Network;' '' Builder.EndToEnd ProbeTests
