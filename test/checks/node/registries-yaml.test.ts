import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseBundle } from '../../../src/bundle/bundle.ts'
import check from '../../../src/checks/node/registries-yaml.ts'
import { discover } from '../../../src/discover/discover.ts'
import type { Selection } from '../../../src/discover/options.ts'
import { runChecks } from '../../../src/engine/run-checks.ts'
import { replaySession, type Session } from '../../../src/engine/session.ts'
import type { Code } from '../../../src/model/codes.ts'
import { everything } from '../check-table.ts'
import { kind } from '../../sessions/kind.ts'

interface Seen {
  readonly session: Session
  readonly selection: Selection
}

/** A k3d cluster of a server and an agent as it was recorded. */
function recorded(incident: string): Seen {
  const path = new URL(`../../../incidents/${incident}/bundle.json`, import.meta.url)
  const { observations, selection } = parseBundle(readFileSync(path, 'utf8'))
  return { session: replaySession(observations), selection }
}

const judge = async ({ session: { look }, selection }: Seen): Promise<{ reason?: string; codes: Code[] }[]> => {
  const [outcome] = await runChecks(look, [check], await discover(look, selection))
  return outcome!.results.map(({ reason, findings }) => ({
    codes: findings.map((one) => one.code),
    ...(reason !== undefined && { reason }),
  }))
}

const pass = { codes: [] }

describe('what k3s will write at its next start leads to the registry too', () => {
  test.each<[string, string, { agent: object; server: object }]>([
    ['all is as k3s writes it', 'k3d-localhost-in-no-mirror', { agent: pass, server: pass }],
    ['nothing works now, and the next start mends it', 'k3d-registries-yaml-not-applied', { agent: pass, server: pass }],
    ['nothing works now, nor will it', 'k3d-registries-yaml-missing', { agent: pass, server: pass }],
    [
      'a hosts.toml that was edited by hand',
      'k3d-hosts-toml-patched',
      { agent: { codes: ['hosts-toml-will-be-overwritten'] }, server: pass },
    ],
    ['a file that k3s will refuse', 'k3d-registries-yaml-will-be-refused', { agent: { codes: ['registries-yaml-invalid'] }, server: pass }],
    ['a file that k3s has refused', 'k3d-registries-yaml-refused', { agent: { codes: ['registries-yaml-invalid'] }, server: pass }],
    ['a registry that cannot be reached', 'k3d-registry-detached', { agent: pass, server: pass }],
  ])('%s', async (_name, incident, { agent, server }) => {
    expect(await judge(recorded(incident))).toEqual([agent, server])
  })

  test('nodes of kind do not run k3s', async () => {
    expect(await judge({ session: kind(), selection: everything })).toEqual(
      ['dev-control-plane', 'dev-worker', 'dev-worker2'].map((node) => ({
        codes: [],
        reason: `${node} does not run k3s`,
      })),
    )
  })
})
