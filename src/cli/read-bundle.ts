import { BundleError, parseBundle, type Bundle } from '../bundle/bundle.ts'
import { readText } from '../ports/files.ts'
import { UsageError } from './usage-error.ts'

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  Z_BUF_ERROR: 'it is cut off; copy or make it again',
  Z_DATA_ERROR: 'it is damaged; copy or make it again',
  ERR_BUFFER_TOO_LARGE: 'it is larger than any bundle',
}

/** @throws UsageError that says what is wrong with the file and what to do */
export async function readBundle(path: string): Promise<Bundle> {
  let text: string
  try {
    text = await readText(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot read the bundle ${path}: ${reasons[code ?? ''] ?? message}`, 'bundle-unreadable')
  }
  try {
    return parseBundle(text)
  } catch (error) {
    if (error instanceof BundleError)
      throw new UsageError(
        `${path} is no bundle of registry-doctor: ${error.message}; make one with: registry-doctor collect FILE`,
        'bundle-unreadable',
      )
    throw error
  }
}
