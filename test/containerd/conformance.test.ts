import { describe, expect, it } from 'vitest'
import { endpointsOf } from '../../src/containerd/endpoints.ts'
import { filesOf } from '../../src/containerd/files.ts'
import { rulesOf } from '../../src/containerd/version-rules.ts'
import { endpointLine } from '../../lab/conformance/hosts-toml/plan-line.ts'
import { fixture, treeOf, version } from './certs-d.ts'

interface Case {
  readonly name: string
  readonly host: string
  readonly toml?: string
  readonly withKeys?: boolean
  readonly files?: { readonly [path: string]: string }
  readonly roots?: readonly string[]
}
interface Expected {
  readonly capabilities: readonly string[]
  readonly expected?: readonly string[]
  readonly like?: string
  readonly differs?: { readonly [index: string]: string }
}

const cases = fixture('hosts-cases.json') as readonly Case[]
const keyFiles = { 'ca.crt': '@ca', 'client.cert': '@cert', 'client.key': '@key', 'pair.pem': '@pair' }

function expectedOf(containerd: string): readonly string[] {
  const { expected, like, differs } = fixture(`hosts-${containerd}.json`) as Expected
  return expected ?? expectedOf(like!).map((line, index) => differs![index] ?? line)
}

function filesOfCase({ host, toml, withKeys, files }: Case): { readonly [path: string]: string } {
  if (toml === undefined) return files!
  const names = { 'hosts.toml': toml, ...(withKeys && keyFiles) }
  return Object.fromEntries(Object.entries(names).map(([name, content]) => [`${host}/${name}`, content]))
}

const sorted = (line: string): string => {
  const [, start = '', list = ''] = /^((?:rejected, )?(?:in any order, )?)(.*)$/s.exec(line) ?? []
  return start.replace('in any order, ', '') + list.split(' | ').sort().join(' | ')
}

function planned(one: Case, containerd: string, all: readonly string[]): { line: string; unordered: boolean } {
  const files = filesOf([{ path: '/certs.d', answer: treeOf('/certs.d', filesOfCase(one)) }])
  const roots = (one.roots ?? ['']).map((root) => `/certs.d${root === '' ? '' : `/${root}`}`)
  const plan = endpointsOf(one.host, roots, files, rulesOf(version(containerd)))
  if (plan.kind !== 'endpoints') return { line: plan.kind === 'error' ? `error: ${plan.text}` : plan.kind, unordered: false }
  const line = plan.endpoints.map((endpoint) => endpointLine(endpoint, all.join())).join(' | ')
  return { line: plan.rejected ? `rejected, ${line}` : line, unordered: plan.unordered }
}

// prettier-ignore
const versions = [
  '1.6.20', '1.6.36', '1.7.0', '1.7.7', '1.7.11', '1.7.23', '1.7.23-k3s2', '1.7.27', '1.7.34',
  '2.0.2', '2.0.7', '2.1.4', '2.1.5-k3s1', '2.2.7', '2.3.4', '2.4.2',
]

describe.each(versions)('certs.d as containerd %s reads it', (containerd) => {
  const { capabilities } = fixture(`hosts-${containerd}.json`) as Expected
  const expected = expectedOf(containerd)

  it('leads to the endpoints that the real code gave, in its order', () => {
    expect(expected).toHaveLength(cases.length)
    const wrong = cases.flatMap((one, index) => {
      const { line, unordered } = planned(one, containerd, capabilities)
      const wanted = expected[index]!
      const same = unordered ? sorted(line) === sorted(wanted) : line === wanted
      return same ? [] : [{ case: `${index} ${one.name}`, toml: one.toml ?? one.files, line, wanted }]
    })
    expect(wrong).toEqual([])
  })
})

describe.each(['1.7.34', '2.2.7'])('shared golden hosts.toml of containerd %s', (containerd) => {
  interface Golden {
    readonly name: string
    readonly host: string
    readonly toml: string
    readonly nofile: boolean
  }
  interface Wanted {
    readonly name: string
    readonly parseError?: string
    readonly endpoints: readonly {
      scheme: string
      host: string
      path: string
      caps: string[]
      skipVerify?: boolean
      httpFallback: boolean
    }[]
  }
  const wanted = new Map((fixture(`golden/expected-containerd-${containerd}.json`) as readonly Wanted[]).map((one) => [one.name, one]))

  it.each((fixture('golden/cases.json') as readonly Golden[]).map((one) => [one.name, one] as const))(
    '%s',
    (name, { host, toml, nofile }) => {
      const certificates = { 'ca.crt': '@ca', 'b.pem': '@ca' }
      const names = nofile ? {} : { 'hosts.toml': toml, ...certificates }
      const inDirectory = Object.entries(names).map(([file, content]) => [`${host}/${file}`, content])
      const looks = [
        { path: '/certs.d', answer: treeOf('/certs.d', Object.fromEntries(inDirectory)) },
        { path: '/a', answer: treeOf('/a', { 'ca.pem': '@ca' }) },
      ]
      const plan = endpointsOf(host, ['/certs.d'], filesOf(looks), rulesOf(version(containerd)))
      expect(plan).toMatchObject({ kind: 'endpoints' })
      if (plan.kind !== 'endpoints') return
      expect(plan.rejected !== undefined).toBe(wanted.get(name)!.parseError !== undefined)
      // The golden list keeps no authorities of Docker-style files, so a rejected file's default is compared without them.
      const got = plan.endpoints.map(({ scheme, host: asked, path, capabilities, httpFallback }) => ({
        scheme,
        host: asked,
        path,
        caps: capabilities,
        httpFallback,
      }))
      expect(got).toEqual(
        wanted
          .get(name)!
          .endpoints.map(({ scheme, host: asked, path, caps, httpFallback }) => ({ scheme, host: asked, path, caps, httpFallback })),
      )
    },
  )
})
