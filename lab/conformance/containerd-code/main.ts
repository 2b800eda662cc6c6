/**
 * Makes the files of fixtures/containerd again, from containerd's own code:
 *
 *   npm run containerd-code -- hosts 1.7.34 2.2.7        compares
 *   npm run containerd-code -- hosts 2.4.2 --like 2.3.4 --write
 *   npm run containerd-code -- resolve 1.7.34 2.2.7
 *   npm run containerd-code -- references
 *   npm run containerd-code -- config-toml               with the lab's containerd versions
 */
import { parseArgs } from 'node:util'
import { compareConfigToml } from './config-toml.ts'
import { fixtureText, isCommitted, linesOf, readFixture, recorded, writeFixture, type Kind, type Recorded } from './fixtures.ts'
import { hostLines, type HostsCase } from './hosts.ts'
import { referencesText, resolveLines } from './resolve.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { like: { type: 'string' }, write: { type: 'boolean' } } })
const [what, ...versions] = positionals

interface CommittedCase extends Omit<HostsCase, 'files'> {
  readonly toml?: string
  readonly withKeys?: boolean
  readonly files?: HostsCase['files']
}

const keyFiles = { 'ca.crt': '@ca', 'client.cert': '@cert', 'client.key': '@key', 'pair.pem': '@pair' }

function hostsCases(): HostsCase[] {
  return (readFixture('hosts-cases.json') as CommittedCase[]).map(({ host, toml, withKeys, files, roots }) => {
    if (toml === undefined) return { host, files: files!, roots }
    const inDirectory = { 'hosts.toml': toml, ...(withKeys && keyFiles) }
    return { host, roots, files: Object.fromEntries(Object.entries(inDirectory).map(([name, content]) => [`${host}/${name}`, content])) }
  })
}

function describe(kind: Kind, version: string): Recorded {
  const like = values.like ?? recorded(kind, version)?.like
  const capabilities = recorded(kind, version)?.capabilities ?? (like === undefined ? undefined : recorded(kind, like)?.capabilities)
  return { containerd: version, ...(capabilities && { capabilities }), ...(like !== undefined && { like }) }
}

function regenerate(kind: Kind, version: string, lines: readonly string[], head: Recorded): void {
  const name = `${kind}-${version}.json`
  compare(name, fixtureText(head, kind, lines), () => {
    const before = recorded(kind, version) ? linesOf(kind, version) : []
    for (const [index, line] of lines.entries())
      if (before.length > 0 && line !== before[index]) console.log(`${name} ${index}\n  committed ${before[index]}\n  now       ${line}`)
  })
}

function compare(name: string, text: string, tell: () => void): void {
  if (isCommitted(name, text)) return console.log(`${name}: byte for byte as committed`)
  tell()
  if (values.write) writeFixture(name, text)
  console.log(values.write ? `${name}: written` : `${name}: differs from what is committed`)
  if (!values.write) process.exitCode = 1
}

if (what === 'config-toml') {
  const differences = await compareConfigToml(values.write === true)
  console.log(differences.length === 0 ? 'effective.json: byte for byte as committed' : differences.join('\n'))
  if (differences.length > 0 && !values.write) process.exitCode = 1
}

if (what === 'references') compare('references.json', await referencesText(), () => {})

for (const version of versions) {
  if (what !== 'hosts' && what !== 'resolve') throw new Error(`unknown: ${what}`)
  const head = describe(what, version)
  const lines = what === 'hosts' ? await hostLines(version, hostsCases(), head.capabilities ?? []) : await resolveLines(version)
  regenerate(what, version, lines, head)
}
