import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readRegistriesYaml } from '../../src/k3s/registries-yaml.ts'
import { renderRegistriesYaml, type Rendered, type RenderSettings } from '../../src/k3s/render.ts'

type Files = { readonly [path: string]: string }

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/k3s/${name}.json`, import.meta.url), 'utf8')) as unknown

const outcome = (rendered: Rendered): Files | string =>
  rendered.kind === 'certs.d' ? { ...rendered.files } : rendered.kind === 'refused' ? rendered.reason : rendered.toml

interface Golden {
  readonly name: string
  readonly disableDefaultRegistryEndpoint: boolean
  readonly registriesYaml: string
  readonly files: Files
}
interface Recorded extends RenderSettings {
  readonly disableDefaultRegistryEndpoint: boolean
  readonly name: string
  readonly file: string
  readonly versions: { readonly [version: string]: Files | string }
}
interface Refused {
  readonly name: string
  readonly file?: string
  readonly hex?: string
  readonly reason: string | null
}

const golden = fixture('golden') as Golden[]
const rendered = fixture('rendered') as Recorded[]
const refused = fixture('refused') as Refused[]

describe('the golden trees of k3s', () => {
  it.each(golden)('$name, without the default endpoint: $disableDefaultRegistryEndpoint', ({ registriesYaml, files, ...settings }) => {
    expect(outcome(renderRegistriesYaml(registriesYaml, settings))).toEqual(files)
  })
})

describe('the trees that the k3s of each version makes', () => {
  it.each(rendered)(
    '$name, without the default endpoint: $disableDefaultRegistryEndpoint, with its own registry: $embeddedRegistry',
    ({ file, versions, disableDefaultRegistryEndpoint, embeddedRegistry = false }) => {
      for (const [k3sVersion, expected] of Object.entries(versions)) {
        const settings = { disableDefaultRegistryEndpoint, embeddedRegistry, k3sVersion }
        expect(outcome(renderRegistriesYaml(file, settings)), k3sVersion).toEqual(expected)
      }
    },
  )
})

describe('files with which k3s does not start, and its reason', () => {
  it.each(refused)('$name: $file $hex', ({ file, hex, reason }) => {
    const read = readRegistriesYaml(hex === undefined ? file! : Buffer.from(hex, 'hex'))
    expect(read.kind === 'refused' ? read.reason : null).toBe(reason)
  })
})
