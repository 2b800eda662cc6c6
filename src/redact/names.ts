/** Where a secret's name may be; `isSecretName` decides. */
export const secretWord =
  /pass(?:word|wd|phrase)|secret|token|authorization|credential|cookie|amz-signature|(?:api|private|access|account|signing|encryption)[-_]?key|client-(?:key|certificate)-data|auth(?![a-z])|[_-](?:pass|pwd)(?![a-z])/gi

/**
 * Words that make a name one of a secret. `auth` counts as a word of its own only (`REGISTRY_AUTH`, `registryAuth`), so
 * that neither `author` nor `www-authenticate` is one; `pass` and `pwd` only as the last part of a name.
 */
const lowerCase = new RegExp(secretWord.source.replace('|auth', '|(?<![a-z])auth'), 'i')
const camelCaseAuth = /[a-z]Auth(?![a-z])/

/** Names that hold a secret word but tell where, how long or by what means, never the secret. */
const harmless =
  /(?:name|refs?|seconds|realm|path|file|dir|type|ur[il]|mode|ttl|webhook|service|issuer|hash|bundle|(?<!secret[-_]?)version|access[-_]?key[-_]?id)$/i

export const isSecretName = (name: string): boolean => (lowerCase.test(name) || camelCaseAuth.test(name)) && !harmless.test(name)

/** `--token`, `-password`: a flag whose value is the next word. */
export const isSecretFlag = (word: string): boolean => /^--?[a-z][\w.-]*$/i.test(word) && isSecretName(word)

/** Ways of authentication: what `auth` and its kin are set to where the credentials stand elsewhere. */
export const isMethod = (name: string, value: string): boolean =>
  /auth$/i.test(name) && /^(?:htpasswd|token|silly|none|basic|bearer|oauth2?|tls|x509)$/i.test(value)

/** Values that are no secret, whatever their name. */
export const isTrivial = (value: string): boolean => /^(?:|~|null|none|true|false|\d{1,3})$/i.test(value)
