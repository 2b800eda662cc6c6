/** The name of an image without its tag and its digest, as it is written. */
export const withoutTag = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/]*$/, '')

/** As many figures of a digest as tell it from others. */
export const shortDigest = (digest: string): string => digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]*$/, '$1')
