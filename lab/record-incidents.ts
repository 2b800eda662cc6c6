/**
 * Records every fault of the lab as an incident: `npm run record-incidents [-- NAME ...]`. Needs the built tool.
 * An incident is the bundle of a real run, the report of that same run, and a line about what had happened.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { faults } from './faults.ts'
import { upKind } from './index.ts'
import { run } from './run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cluster = { name: 'dev', workers: 2, containerd: '2.1.4' }

const wanted = process.argv.slice(2)
await upKind(cluster)
for (const fault of faults) {
  if (wanted.length > 0 && !wanted.includes(fault.name)) continue
  const folder = `${root}incidents/${fault.name}`
  await mkdir(folder, { recursive: true })
  const undo = await fault.make(cluster)
  try {
    await record(folder, fault.title)
  } finally {
    await undo()
  }
  process.stderr.write(`recorded ${fault.name}\n`)
}

async function record(folder: string, title: string): Promise<void> {
  const bundle = `${folder}/bundle.json`
  await run(process.execPath, [
    `${root}bin/registry-doctor.js`,
    'collect',
    bundle,
    '--cluster',
    cluster.name,
    '-o',
    `json=${folder}/report.json`,
  ])
  await writeFile(`${folder}/about.json`, `${JSON.stringify({ title }, null, 2)}\n`)
  // A second look at what was written: a bundle that does not parse must not be recorded.
  JSON.parse(await readFile(bundle, 'utf8'))
}
