/** The generated files through containerd's own code and through ours. */
import { hostLines } from '../containerd-code/hosts.ts'
import { fingerprint, generatedFiles, keyFiles, type GeneratedFile } from './generate.ts'
import { libraries, type Library } from './libraries.ts'
import { capabilitiesOf, plannedLine, rulesFor } from './plan-line.ts'
import { outcomeOf, readRecorded, recordOf, writeRecorded } from './recorded.ts'

export interface HostsTomlDeviation {
  readonly containerd: string
  readonly index: number
  readonly toml: string
  readonly theirs: string
  readonly ours: string
}

export interface HostsTomlConformance {
  readonly library: Library
  readonly files: number
  /** Both accept the file, both reject it, or both end with it. */
  readonly sameOutcome: number
  /** And both have the same endpoints, in the same order, with the same settings. */
  readonly sameEndpoints: number
  readonly deviations: readonly HostsTomlDeviation[]
  /** What is committed was made of these files by this version. */
  readonly asRecorded: boolean
}

/**
 * Compares live, for one version per TOML library.
 * @param record writes what containerd's own code said, for the replay in test/containerd
 */
export async function hostsTomlConformance(record = false): Promise<HostsTomlConformance[]> {
  const files = generatedFiles()
  const results: HostsTomlConformance[] = []
  for (const library of libraries) results.push(await compare(library, files, record))
  return results
}

async function compare(library: Library, files: readonly GeneratedFile[], record: boolean): Promise<HostsTomlConformance> {
  const { containerd } = library
  const rules = rulesFor(containerd)
  const theirs = await hostLines(containerd, files.map(inDirectory), capabilitiesOf(rules))
  const ours = files.map((file) => plannedLine(file, rules))
  const result = recordOf(library, fingerprint(files), theirs, ours)
  if (record) writeRecorded(result)
  const deviations = Object.keys(result.deviations).map((key): HostsTomlDeviation => {
    const index = Number(key)
    return { containerd, index, toml: new TextDecoder().decode(files[index]!.content), theirs: theirs[index]!, ours: ours[index]! }
  })
  return {
    library,
    files: files.length,
    sameOutcome: files.length - deviations.filter((one) => outcomeOf(one.theirs) !== outcomeOf(one.ours)).length,
    sameEndpoints: files.length - deviations.length,
    deviations,
    asRecorded: JSON.stringify(readRecorded(containerd)) === JSON.stringify(result),
  }
}

function inDirectory({ host, content, withKeys }: GeneratedFile): { host: string; files: Record<string, string | Uint8Array> } {
  const beside = withKeys ? Object.entries(keyFiles).map(([name, stands]) => [`${host}/${name}`, stands] as const) : []
  return { host, files: { [`${host}/hosts.toml`]: content, ...Object.fromEntries(beside) } }
}
