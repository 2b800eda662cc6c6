/**
 * Runs in namespaces of its own (see run-rows.ts): pulls the image of every row and writes the results to standard output.
 * Arguments: the containerd binary, its major version, an empty directory.
 */
import type { Row } from './axes.ts'
import { certsDFiles } from './certs-d.ts'
import { noEnd, pullImage } from './cri.ts'
import { Daemon } from './daemon.ts'
import { tinyImage } from './image.ts'
import { Machine } from './machine.ts'
import { NameServer } from './name-server.ts'
import { normalised } from './normalise.ts'
import { proxyEnvironment, startProxy } from './proxy.ts'
import { requestsOf, type Result } from './record.ts'
import { allRows } from './rows.ts'
import { Servers } from './servers.ts'
import { configToml, settingsOf } from './settings.ts'
import { imageForms, sitesOf } from './sites.ts'

const [binary = '', major = '', root = ''] = process.argv.slice(2)

const progressTimeout = 1_000
/** How long to wait where containerd may not give up: five times of that after which it does, if it does. */
const patience = 5 * progressTimeout
const limit = 120_000

const machine = new Machine(root, binary)
process.chdir(root)
const daemon = new Daemon(root)
const nameServing = new NameServer()
const servers = new Servers(machine.contexts)

const hangs = ({ mirror, registry }: Row): boolean => mirror === 'hangs' || registry === 'hangs'

async function pulled(row: Row, number: number): Promise<Result> {
  const image = tinyImage(number)
  const sites = sitesOf(row)
  machine.putCertsD(certsDFiles(row))
  nameServing.sites = sites
  await servers.start(sites, image)
  const from = daemon.said.length
  const error = await pullImage(daemon.socket, imageForms[row.image].image.replace('DIGEST', image.digest), hangs(row) ? patience : limit)
  const result = { requests: requestsOf(servers.seen), ...(error !== undefined && { error }) }
  if (error === noEnd && !hangs(row))
    throw new Error(`row ${number} does not end:\n${result.requests.join('\n')}\n${daemon.said.slice(from)}`)
  // What is given up by us is over when containerd says so: else its end would be seen in the next row.
  if (error === noEnd) await daemon.says('\\" failed"', from)
  await servers.stop()
  return normalised(result, image)
}

/** Rows with the same settings and environment, for which containerd needs to be started only once. */
function groups(): ReadonlyMap<string, readonly (readonly [number, Row])[]> {
  const all = new Map<string, (readonly [number, Row])[]>()
  for (const [number, { row }] of allRows().entries()) {
    const key = `${row.config} ${row.proxy} ${hangs(row)}`
    all.set(key, [...(all.get(key) ?? []), [number, row]])
  }
  return all
}

await nameServing.start()
const results: Result[] = []
for (const group of groups().values()) {
  const { config, proxy } = group[0]![1]
  const waits = hangs(group[0]![1]) ? { progressTimeout: `${progressTimeout}ms` } : {}
  const stopProxy = await startProxy(proxy, () => nameServing.sites, servers)
  const notLoaded = await daemon.start(configToml(settingsOf[config], Number(major), waits), proxyEnvironment(proxy))
  for (const [number, row] of group)
    results[number] = notLoaded === undefined ? await pulled(row, number) : { requests: [], error: notLoaded }
  await daemon.stop()
  stopProxy()
}
nameServing.stop()
process.stdout.write(JSON.stringify(results))
