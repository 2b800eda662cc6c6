/**
 * Records incidents of the lab: `npm run record-incidents [-- NAME ...]`. Needs the built tool.
 * An incident is the bundle of a real run, the report of that same run, and a line about what had happened.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { makeFail, removeAll, type Failed } from './failing-pods.ts'
import { incidents, type Incident } from './incidents.ts'
import { upK3d, upKind } from './index.ts'
import { run } from './run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const doctor = (...args: string[]): Promise<unknown> => run(process.execPath, [`${root}bin/registry-doctor.js`, ...args], { check: false })

const patience = 90_000

const wanted = process.argv.slice(2)
const chosen = incidents.filter((one) => wanted.length === 0 || wanted.includes(one.name))
for (const [index, incident] of chosen.entries()) {
  const { cluster } = incident
  if (chosen[index - 1]?.cluster !== cluster) await (cluster.provider === 'k3d' ? upK3d(cluster) : upKind(cluster))
  await record(incident)
  process.stderr.write(`recorded ${incident.name}\n`)
}

async function record({ name, title, cluster, fault, until }: Incident): Promise<void> {
  const folder = `${root}incidents/${name}`
  await mkdir(folder, { recursive: true })
  const undo = await fault.make({ name: cluster.name, containerd: cluster.containerd, images: cluster.images })
  let pods: readonly Failed[] = []
  try {
    pods = await makeFail(cluster.name, fault)
    await until?.(cluster.name, pods)
    await collect(folder, cluster.name, pods)
    await writeFile(`${folder}/about.json`, `${JSON.stringify({ title }, null, 2)}\n`)
  } finally {
    await removeAll(cluster.name, pods)
    await undo()
  }
}

/** Collects until all pods are in the report: one that hangs counts as failing after half a minute. */
async function collect(folder: string, cluster: string, pods: readonly Failed[]): Promise<void> {
  const end = Date.now() + patience
  for (;;) {
    await doctor('collect', `${folder}/bundle.json`, '--cluster', cluster, '-o', `json=${folder}/report.json`)
    // A bundle that does not parse must not be recorded.
    JSON.parse(await readFile(`${folder}/bundle.json`, 'utf8'))
    const { symptoms } = JSON.parse(await readFile(`${folder}/report.json`, 'utf8')) as { symptoms: { pod: string }[] }
    const unseen = pods.filter((pod) => !symptoms.some((one) => one.pod === pod.name))
    if (unseen.length === 0) return
    if (Date.now() > end) throw new Error(`the report does not tell of ${unseen.map((one) => one.name).join(', ')}`)
  }
}
