import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SelectionError } from '../../src/discover/options.ts'
import { explainFiles } from '../../src/engine/explain-files.ts'
import type { FilesToExplain } from '../../src/engine/given-files.ts'
import type { NodePullPlan, PullPlanDocument } from '../../src/model/pull-plan.ts'
import { localFiles } from '../../src/observe/local-files.ts'
import { createRedactor } from '../../src/redact/redact.ts'
import { validatePlan } from '../plan-contract.ts'
import { makeCertificate } from '../ports/certificates.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rd-files-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const local = localFiles(createRedactor(new Uint8Array(32)))
const image = 'localhost:5001/app:1'
const mirror = '[host."http://kind-registry:5000"]\n'

function write(files: { readonly [path: string]: string | { readonly link: string } }): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    if (typeof content === 'string') writeFileSync(join(folder, path), content)
    else symlinkSync(content.link, join(folder, path))
  }
}

async function explained(asked: Partial<FilesToExplain> = {}, what = image): Promise<PullPlanDocument & { plan: NodePullPlan }> {
  mkdirSync(join(folder, 'certs.d'), { recursive: true })
  const { configToml, ...rest } = asked
  const files = {
    certsD: join(folder, 'certs.d'),
    containerdVersion: '2.1.4',
    ...rest,
    ...(configToml !== undefined && { configToml: join(folder, configToml) }),
  }
  const document = validatePlan(await explainFiles(what, files, local))
  expect(document.mode).toBe('files')
  return { ...document, plan: document.plans[0]! }
}
const urls = ({ endpoints }: NodePullPlan): string[] => endpoints.map((one) => one.url)

interface Golden {
  readonly name: string
  readonly host: string
  readonly toml: string
  readonly nofile: boolean
}
interface Expected {
  readonly name: string
  readonly endpoints?: readonly { readonly scheme: string; readonly host: string; readonly path: string }[]
}
const golden = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/containerd/golden/${file}`, import.meta.url), 'utf8'))
const cases = golden('cases.json') as readonly Golden[]

describe.each(['1.7.34', '2.2.7'])('as containerd %s itself reads the files', (containerdVersion) => {
  const expected = golden(`expected-containerd-${containerdVersion}.json`) as readonly Expected[]
  // Some need certificates beside the file; the rules of those are held elsewhere.
  const rows = cases.flatMap((one) => {
    const found = expected.find(({ name }) => name === one.name)
    return found?.endpoints && !/ca|client/.test(one.toml) ? [[one.name, one, found.endpoints] as const] : []
  })
  test.each(rows)('%s', async (_name, { host, toml, nofile }, endpoints) => {
    if (!nofile) write({ [`certs.d/${host}/hosts.toml`]: toml })
    const { plan } = await explained({ containerdVersion }, `${host}/app:1`)
    expect(urls(plan)).toEqual(
      // An endpoint that falls back is asked over HTTPS first.
      endpoints.map((one, at) => `${plan.endpoints[at]?.httpFallback ? 'https' : one.scheme}://${one.host}${one.path}`),
    )
  })
})

describe('a plan from files alone', () => {
  test('says what would come of which answers', async () => {
    write({ 'certs.d/localhost:5001/hosts.toml': mirror })
    const { exitCode, status, plan } = await explained()
    expect({ exitCode, status }).toEqual({ exitCode: 0, status: 'healthy' })
    expect(plan).toMatchObject({
      path: 'transfer',
      roots: ['/etc/containerd/certs.d'],
      directory: '/etc/containerd/certs.d/localhost:5001',
      attempts: [],
      outcome: 'unknown',
    })
    expect(urls(plan)).toEqual(['http://kind-registry:5000/v2', 'https://localhost:5001/v2'])
    expect(plan.supposed?.map(({ answers, servedBy, error }) => [answers, servedBy ?? error?.class])).toEqual([
      [['serves'], 0],
      [['not-found', 'serves'], 1],
      [['not-found', 'not-found'], 'not-found'],
      [['not-found', 'connection-refused'], 'not-found'],
      [['connection-refused', 'connection-refused'], 'connection-refused'],
    ])
    expect(plan.supposed?.at(-1)?.error?.text).toContain('dial tcp <address of kind-registry>:5000: connect: connection refused')
    expect(plan.notes).toEqual([`${join(folder, 'certs.d')} stands for /etc/containerd/certs.d of the node`])
  })

  test('of one endpoint', async () => {
    const { plan } = await explained()
    expect(plan.supposed?.map((one) => one.answers)).toEqual([['serves'], ['not-found'], ['connection-refused']])
  })

  test('of a digest', async () => {
    write({ 'certs.d/localhost:5001/hosts.toml': `${mirror}capabilities = ["pull"]\n` })
    const { plan } = await explained({}, `localhost:5001/app@sha256:${'a'.repeat(64)}`)
    expect(plan.endpoints.map((one) => one.skipped)).toEqual([undefined, undefined])
    expect((await explained()).plan.endpoints[0]!.skipped).toBe('it lacks the capability resolve, which a tag needs')
  })

  test('for a version that is newer than all that are known', async () => {
    expect((await explained({ containerdVersion: '9.0.0' })).plan).toMatchObject({
      containerd: '9.0.0',
      rulesOf: expect.stringMatching(/^2\./) as string,
    })
  })

  test.each([['2.1.4'], ['v2.1.4'], ['containerd://2.1.4'], ['containerd://2.1.5-k3s1']])(
    'for the version %s',
    async (containerdVersion) => {
      expect((await explained({ containerdVersion })).plan.containerd).toBe(/2\.1.*/.exec(containerdVersion)![0])
    },
  )

  test('of a file that containerd rejects: where, why, and the default endpoint', async () => {
    write({ 'certs.d/localhost:5001/hosts.toml': 'server = "http://x"\n\n[host."http://r:5000"]\n  capabilities = "pull"\n' })
    const { exitCode, plan } = await explained()
    expect(exitCode).toBe(0)
    expect(plan.rejected).toMatchObject({ file: '/etc/containerd/certs.d/localhost:5001/hosts.toml', line: expect.any(Number) as number })
    expect(plan.rejected!.line).toBeGreaterThan(2)
    expect(urls(plan)).toEqual(['https://localhost:5001/v2'])
  })

  test('no header of a hosts.toml shows its value', async () => {
    write({ 'certs.d/localhost:5001/hosts.toml': `${mirror}[host."http://kind-registry:5000".header]\n  X-Token = "hunter2hunter2"\n` })
    const { plan } = await explained()
    expect(plan.endpoints[0]!.headers).toEqual(['X-Token'])
    expect(JSON.stringify(plan)).not.toContain('hunter2')
  })
})

describe('files of the node', () => {
  const withCa = (path: string): string => `[host."https://kind-registry:5000"]\n  ca = "${path}"\n`

  test.each(['ca.crt', '/etc/containerd/certs.d/localhost:5001/ca.crt'])('a certificate in the directory: %s', async (path) => {
    const { pem } = makeCertificate('lab', { authority: true })
    write({ 'certs.d/localhost:5001/hosts.toml': withCa(path), 'certs.d/localhost:5001/ca.crt': pem })
    const { exitCode, plan } = await explained()
    expect({ exitCode, ca: plan.endpoints[0]?.ca }).toEqual({ exitCode: 0, ca: ['/etc/containerd/certs.d/localhost:5001/ca.crt'] })
  })

  test('one that is not there ends the pull', async () => {
    write({ 'certs.d/localhost:5001/hosts.toml': withCa('missing.crt') })
    const { exitCode, plan } = await explained()
    expect(exitCode).toBe(1)
    expect(plan).toMatchObject({
      outcome: 'fails',
      endpoints: [],
      error: { text: expect.stringMatching(/unable to read CA cert ".*missing\.crt": open .*: no such file/) as string },
    })
  })

  test('one outside of the directory is taken for what it should be', async () => {
    write({ 'certs.d/localhost:5001/hosts.toml': withCa('/usr/share/ca.crt') })
    const { exitCode, plan } = await explained()
    expect(exitCode).toBe(0)
    expect(plan.notes).toContain('/usr/share/ca.crt of the node: taken for what it should be')
  })

  test('links are followed in the node, not here', async () => {
    write({
      'certs.d/shared/hosts.toml': mirror,
      'certs.d/localhost:5001': { link: '/etc/containerd/certs.d/shared' },
      'certs.d/other:5000': { link: '/opt/elsewhere' },
    })
    expect(urls((await explained()).plan)[0]).toBe('http://kind-registry:5000/v2')
    expect(await explained({}, 'other:5000/app:1')).toMatchObject({
      exitCode: 3,
      plan: { reason: expect.stringContaining('/opt/elsewhere') as string },
    })
  })
})

describe('with a config.toml', () => {
  const table = '[plugins."io.containerd.cri.v1.images".registry]\n'

  test('its config_path is what the directory stands for', async () => {
    write({ 'config.toml': `version = 3\n${table}config_path = "/opt/certs"\n`, 'certs.d/localhost:5001/hosts.toml': mirror })
    const { plan } = await explained({ configToml: 'config.toml' })
    expect(plan).toMatchObject({ roots: ['/opt/certs'], rootsFrom: '/etc/containerd/config.toml', directory: '/opt/certs/localhost:5001' })
  })

  test('its imports lie beside it', async () => {
    write({
      'etc/config.toml': 'version = 3\nimports = ["conf.d/*.toml", "/etc/containerd/more.toml", "/opt/other.toml"]\n',
      'etc/conf.d/a.toml': `version = 3\n${table}config_path = "/opt/certs"\n`,
      'etc/conf.d/b.txt': 'no TOML',
      'etc/more.toml': 'version = 3\n[plugins."io.containerd.cri.v1.images"]\nuse_local_image_pull = true\n',
      'certs.d/localhost:5001/hosts.toml': mirror,
    })
    const { plan } = await explained({ configToml: 'etc/config.toml' })
    expect(plan).toMatchObject({
      roots: ['/opt/certs'],
      rootsFrom: '/etc/containerd/conf.d/a.toml',
      path: 'local',
      transferNotUsed: 'use_local_image_pull',
    })
    expect(plan.notes).toContain('/opt/other.toml of the node: its imports are taken to be none')
  })

  test('without a config_path the directory is not read', async () => {
    write({ 'config.toml': 'version = 3\n', 'certs.d/localhost:5001/hosts.toml': mirror })
    const { plan } = await explained({ configToml: 'config.toml' })
    expect(urls(plan)).not.toContain('http://kind-registry:5000/v2')
    expect(plan.notes).toEqual([expect.stringContaining('is not read') as string])
  })

  test('a list that the transfer service takes for one name', async () => {
    write({
      'config.toml': `version = 3\n${table}config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"\n`,
      'certs.d/localhost:5001/hosts.toml': mirror,
    })
    const { plan } = await explained({ configToml: 'config.toml' })
    expect(plan).toMatchObject({ listIgnored: true })
    expect(urls(plan)).toEqual(['https://localhost:5001/v2'])
  })

  test('that is no TOML, containerd does not start', async () => {
    write({ 'config.toml': 'version = \n' })
    const { exitCode, plan } = await explained({ configToml: 'config.toml' })
    expect(exitCode).toBe(1)
    expect(plan).toMatchObject({
      outcome: 'fails',
      error: { class: 'cri-unavailable', text: expect.stringContaining('/etc/containerd/config.toml') as string },
    })
  })

  test('with mirrors beside config_path nothing is pulled', async () => {
    write({
      'config.toml': `version = 3\n${table}config_path = "/x"\n${table.replace('registry]', 'registry.mirrors."r"]')}endpoint = ["http://r"]\n`,
    })
    expect(await explained({ configToml: 'config.toml' })).toMatchObject({
      exitCode: 1,
      plan: { path: 'none', error: { class: 'cri-unavailable' } },
    })
  })
})

describe('what cannot be read is refused', () => {
  test.each<[string, () => Partial<FilesToExplain>, RegExp]>([
    ['a version that is none', () => ({ containerdVersion: 'latest' }), /"latest" is no version of containerd: a version is like 2\.1\.4/],
    ['a directory that is not there', () => ({ certsD: join(folder, 'nowhere') }), /cannot read the directory .*nowhere: there is no such/],
    ['a file in place of the directory', () => ({ certsD: join(folder, 'file') }), /cannot read the directory .*file: it is no directory/],
    [
      'a configuration that is not there',
      () => ({ configToml: 'nothing.toml' }),
      /cannot read the configuration .*nothing\.toml: there is no such/,
    ],
    [
      'a directory in place of the configuration',
      () => ({ configToml: 'certs.d' }),
      /cannot read the configuration .*certs\.d: it is a directory/,
    ],
    ['a configuration that is no text', () => ({ configToml: 'binary' }), /binary: it is no text/],
  ])('%s', async (_what, asked, message) => {
    write({ file: 'x', binary: 'a\u0000b' })
    const refused = explained(asked())
    await expect(refused).rejects.toThrow(SelectionError)
    await expect(refused).rejects.toThrow(message)
  })
})
