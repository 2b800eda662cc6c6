import { accessCodes } from './codes/access.ts'
import { apiCodes } from './codes/api.ts'
import { configurationCodes } from './codes/configuration.ts'
import { engineCodes } from './codes/engine.ts'
import { imageCodes } from './codes/image.ts'
import { k3sCodes } from './codes/k3s.ts'
import { networkCodes } from './codes/network.ts'

export type { CodeInfo } from './codes/code-info.ts'

/**
 * Every code that a finding can have. Codes are a contract: they are never renamed, and each has a page in docs/codes.
 * Ordered by the way of an image: engine and registry, network, containerd's configuration, k3s, image, access, API.
 */
export const codes = {
  ...engineCodes,
  ...networkCodes,
  ...configurationCodes,
  ...k3sCodes,
  ...imageCodes,
  ...accessCodes,
  ...apiCodes,
} as const

export type Code = keyof typeof codes

export const isCode = (text: string): text is Code => Object.hasOwn(codes, text)

/** Where the page of a code is, relative to the root of the package. */
export const docsOf = (code: string): string => `docs/codes/${code}.md`
