import { header } from '../../k3s/hosts-toml.ts'
import { parseK3sVersion } from '../../k3s/k3s-version.ts'
import { readRegistriesYaml, type UnknownKey } from '../../k3s/registries-yaml.ts'
import { renderRegistries, type Rendered } from '../../k3s/render.ts'
import { firstForeign, writeDirectory } from '../../ports/files-directory.ts'
import { readBytes } from '../../ports/files-input.ts'
import { oneLine, printable } from '../../reporters/text.ts'
import { writeOut } from '../output.ts'
import { UsageError } from '../usage-error.ts'

export interface RenderArguments {
  readonly disableDefaultRegistryEndpoint?: boolean
  readonly embeddedRegistry?: boolean
  readonly k3sVersion?: string
  readonly outDir?: string
}

type Tree = Rendered & { kind: 'certs.d' }

/** Shows or writes the files that k3s makes of a registries.yaml. Returns the exit code: 1 where k3s does not start with it. */
export async function render(path: string, options: RenderArguments): Promise<number> {
  const { k3sVersion, outDir } = options
  if (k3sVersion !== undefined && parseK3sVersion(k3sVersion) === null)
    throw new UsageError(`"${k3sVersion}" is no version of k3s: a version is like v1.34.1+k3s1`)
  const read = readRegistriesYaml(await bytesOf(path))
  if (read.kind === 'refused') return refused(path, read.reason)
  const rendered = renderRegistries(read, {
    disableDefaultRegistryEndpoint: options.disableDefaultRegistryEndpoint ?? false,
    embeddedRegistry: options.embeddedRegistry ?? false,
    ...(k3sVersion !== undefined && { k3sVersion }),
  })
  if (rendered.kind === 'refused') return refused(path, rendered.reason)
  if (rendered.kind === 'config.toml') {
    if (outDir !== undefined)
      throw new UsageError(`k3s ${k3sVersion} writes no files for --out-dir, but into config.toml; leave --out-dir out to see what`)
    tellUnknownKeys(read.unknownKeys)
    if (rendered.toml !== '') await writeOut(printable(rendered.toml))
    return 0
  }
  if (outDir === undefined) await writeOut(listed(rendered))
  else await write(outDir, rendered)
  tellUnknownKeys(read.unknownKeys)
  tellRest(rendered)
  if (Object.keys(rendered.files).length === 0) tell(`k3s writes no files from ${path}: every registry is asked at its default endpoint`)
  return 0
}

/** Each file under its path. */
function listed({ files }: Tree): string {
  const texts = Object.keys(files)
    .toSorted()
    .map((path) => {
      const lines = printable(files[path]!).trimEnd().split('\n')
      return `${oneLine(path)}\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`
    })
  return texts.join('\n')
}

async function write(directory: string, { files }: Tree): Promise<void> {
  const refuse = (why: string): never => {
    throw new UsageError(`cannot write ${directory}: ${why}`)
  }
  try {
    const foreign = await firstForeign(directory, (bytes) => Buffer.from(bytes).toString('latin1').startsWith(`${header}\n`))
    if (foreign !== null) refuse(`${foreign} in it was not made by k3s; name a folder that is empty, or not there yet`)
    await writeDirectory(directory, files)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code = '', message } = error as NodeJS.ErrnoException
    refuse(reasons[code] ?? message)
  }
}

/** Far more than any registries.yaml has. */
const mostBytes = 4 * 1_048_576

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path, mostBytes)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot read ${path}: ${(code === 'ENOENT' ? 'there is no such file' : reasons[code]) ?? message}`)
  }
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'the folder that it lies in does not exist',
  ENOTDIR: 'it is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'that is not allowed',
  EBUSY: 'it is in use, and would have to be replaced',
  ENAMETOOLONG: 'a key is too long for the name of a folder',
  EEXIST: 'two keys want the same path for a folder and for a file',
  'too-large': 'it is too large',
}

function refused(path: string, reason: string): number {
  tell(`k3s does not start with ${path}: ${reason}`)
  return 1
}

function tellUnknownKeys(unknownKeys: readonly UnknownKey[]): void {
  for (const { path, line, near } of unknownKeys)
    tell(`line ${line}: k3s ignores ${path.join('.')}${near === undefined ? '' : `; it knows "${near}"`}`)
}

function tellRest({ passedBy, outside, credentials }: Tree): void {
  for (const { registryHost, endpoint, reason } of passedBy)
    tell(`k3s passes by ${endpoint === undefined ? 'the key' : `the endpoint "${endpoint}" of`} "${registryHost}": ${reason}`)
  for (const key of outside) tell(`left out: k3s writes the files of "${key}" outside of certs.d`)
  if (credentials.length > 0) tell(`not shown: k3s writes the credentials of ${credentials.join(', ')} into config.toml`)
}

const tell = (line: string): void => void process.stderr.write(`registry-doctor: ${oneLine(line)}\n`)
