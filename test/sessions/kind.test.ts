import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import podImages from '../../src/checks/cluster/pod-images.ts'
import { checks } from '../../src/checks/index.ts'
import { examine } from '../../src/engine/examine.ts'
import type { Report } from '../../src/model/report.ts'
import { everything } from '../checks/check-table.ts'
import { kind, noCerts, noConfigPath, type KindOptions } from './kind.ts'

/** The made-up world against the real one: what was recorded of a real cluster with the same fault. */
const incidents: { [name: string]: KindOptions } = {
  'config-path-missing': { everyNode: noConfigPath },
  'hosts-toml-missing': { nodes: { worker2: noCerts } },
  'registry-not-published': { registry: { published: [] } },
  'registry-off-network': { registry: { networks: ['bridge'] } },
  'registry-paused': { registry: { state: 'paused' } },
  'registry-removed': { registry: null },
  'registry-renamed': { registry: { name: 'my-registry' } },
  'registry-stopped': { registry: { state: 'exited' } },
  'registry-stopped-port-taken': { registry: { state: 'exited' }, host: { '127.0.0.1:5001': 'web-page' } },
  'worker-stopped': { nodes: { worker2: { state: 'exited' } } },
  'worker-stopped-hosts-toml-missing': { nodes: { worker2: { state: 'exited' }, worker: noCerts } },
}

test.each(Object.entries(incidents))('a made-up %s is judged as the real one was', async (name, options) => {
  const real = JSON.parse(readFileSync(new URL(`../../incidents/${name}/report.json`, import.meta.url), 'utf8')) as Report
  const made = await examine(kind(options).look, { selection: everything, checks, failOn: 'error', mode: 'live' })
  const brief = ({ rootCauses, exitCode, checks: all }: Report): unknown => ({
    rootCauses: rootCauses.map(({ finding, code, explains }) => ({ finding, code, explains })),
    exitCode,
    // Pods that fail are recorded with the real ones; checks that came later are not.
    results: all
      .filter((one) => one.id !== podImages.id && real.checks.some(({ id }) => id === one.id))
      .map((one) => [one.id, one.results.map(({ subject, status }) => [subject, status])]),
  })
  expect(brief(made)).toEqual(brief(real))
})
