import { setContainerdAddress, type NodeCommand } from '../model/node-shell.ts'
import { probeRepository } from '../model/probe.ts'

// The processes that change something in a node, or find what is to be changed.

/** crictl knows k3s' socket by its configuration, and k3s has none but its own: `k3s crictl` is what /bin/crictl is there. */
const crictl = (limitSeconds: number, ...words: string[]): NodeCommand => ({
  argv: ['timeout', String(limitSeconds), 'crictl', ...words],
  limitSeconds,
})

/**
 * Removes images through the CRI. It takes every name of an image with it, so this is only for images of a probe, which
 * nothing else names, and by their digest (containerd v2.1.4, internal/cri/server/images/image_remove.go). Where a pull failed
 * after its manifest, containerd has the name and the CRI does not know it: then that name alone is removed.
 * @param references each `HOST/registry-doctor/probe@sha256:…`
 */
export function removeImagesOf(references: readonly string[]): NodeCommand {
  const limitSeconds = 10
  const script = [
    'crictl rmi "$@" && exit 0',
    'code=$?',
    setContainerdAddress,
    'held=$(ctr -n k8s.io images ls -q)',
    'for one in "$@"; do case "$held" in *"$one"*) ctr -n k8s.io images rm "$one" || exit;; esac; done',
    'exit $code',
  ].join('\n')
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'rmi', ...references], limitSeconds }
}

/** Pulls an image through the CRI, as the kubelet does. */
export const pullImage = (reference: string): NodeCommand => crictl(20, 'pull', reference)

/** The names under which a node holds images of probes, one per line, whatever the registry host in them. */
export function listProbeImages(): NodeCommand {
  const limitSeconds = 10
  const script = [setContainerdAddress, 'ctr -n k8s.io images ls -q "$1"'].join('\n')
  const filter = `name~="/${probeRepository}@sha256:"`
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'images', filter], limitSeconds }
}

const shell = (limitSeconds: number, script: string, ...words: string[]): NodeCommand => ({
  argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'repair', ...words],
  limitSeconds,
})

/** Prints the uppermost directory that is missing above a path; nothing where all are there. */
export const missingAbove = (path: string): NodeCommand =>
  shell(5, 'd=${1%/*}; last=; while [ -n "$d" ] && [ ! -e "$d" ]; do last=$d; d=${d%/*}; done; printf %s "$last"', path)

/** Makes the directory of a file. */
export const makeMissing = (path: string): NodeCommand => shell(5, 'umask 022; mkdir -p -- "${1%/*}"', path)

/** Longer than this a word of a command line may get too long (Linux, MAX_ARG_STRLEN: 128 KiB). */
const longestWord = 100_000

/**
 * Writes a whole file or none; null where it is too long for a command line. Over a file that is mounted where it is, such as
 * /etc/resolv.conf, nothing can be moved: it is written in place.
 */
export function putFile(
  path: string,
  { bytes, mode, uid, gid }: { bytes: Uint8Array; mode: number; uid: number; gid: number },
): NodeCommand | null {
  // By printf of POSIX, which knows octal numbers of any byte.
  const text = [...bytes].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, '0')}`)).join('')
  if (text.length > longestWord) return null
  const script = [
    'umask 022; mkdir -p -- "${1%/*}" || exit',
    'part="$1.registry-doctor-part"',
    'printf "%b" "$2" > "$part" && chown "$4" "$part" && chmod "$3" "$part" || { rm -f "$part"; exit 1; }',
    'mv -f "$part" "$1" 2> /dev/null || { cat "$part" > "$1" && rm -f "$part"; }',
  ].join('\n')
  return shell(10, script, path, text, mode.toString(8), `${uid}:${gid}`)
}

/** Letters, digits and what else neither printf nor a shell's quoting touches. */
const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && byte !== 0x5c

/** Removes a file, and the directories up to the given one that are empty then. */
export function removeFile(path: string, upTo: string | null): NodeCommand {
  const script = [
    'rm -f -- "$1" || exit',
    '[ -n "$2" ] || exit 0',
    'd=${1%/*}; while rmdir "$d" 2> /dev/null; do [ "$d" = "$2" ] && break; d=${d%/*}; done',
    'exit 0',
  ].join('\n')
  return shell(5, script, path, upTo ?? '')
}

/** Moves what is at a path to one that is free. */
export const moveAway = (from: string, to: string): NodeCommand =>
  shell(5, '[ ! -e "$2" ] && [ ! -L "$2" ] || { echo "$2 is there already" >&2; exit 1; }; mv -- "$1" "$2"', from, to)

/** What is at a path: `file`, `dir`, `link`, or `absent`. */
export const kindAt = (path: string): NodeCommand =>
  shell(5, 'if [ -L "$1" ]; then echo link; elif [ -d "$1" ]; then echo dir; elif [ -e "$1" ]; then echo file; else echo absent; fi', path)

/** A unit of systemd as it is: its state, and when it became active, in microseconds since the boot. */
export const unitState = (service: string): NodeCommand =>
  shell(5, 'systemctl show -p ActiveState -p ActiveEnterTimestampMonotonic "$1"', service)

/** Stops a unit of systemd. */
export const stopUnit = (service: string): NodeCommand => shell(30, 'systemctl stop "$1"', service)

/**
 * Restarts a unit of systemd; of containerd also waits until its CRI answers. Running containers go on.
 * @param mustServe whether it has to: a configuration that is put back may be one that containerd refuses
 */
export function restartUnit(service: string, daemonReload: boolean, mustServe = true): NodeCommand {
  const script = [
    '[ "$2" = no ] || systemctl daemon-reload || exit',
    'systemctl restart "$1" || { [ "$4" = 1 ] || exit 0; systemctl status --no-pager -n 3 "$1" >&2; exit 1; }',
    '[ "$1" = containerd ] || exit 0',
    'tries=0; until crictl images -q > /dev/null 2>&1; do',
    '  tries=$((tries + 1)); [ "$tries" -lt "$3" ] || exit "$4"; sleep 0.2',
    'done',
  ].join('\n')
  return shell(50, script, service, daemonReload ? 'yes' : 'no', mustServe ? '100' : '25', mustServe ? '1' : '0')
}

/** Whether a node's containerd serves its kubelet. */
export const nodeServes = crictl(5, 'images', '-q')
