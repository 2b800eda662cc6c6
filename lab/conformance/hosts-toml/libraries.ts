/** The versions that are compared: one for each TOML library that containerd has used. */
export const libraries = [
  { containerd: '1.7.34', goToml: '1.9.5' },
  { containerd: '2.2.7', goToml: '2.2.4' },
  { containerd: '2.3.4', goToml: '2.3.0' },
  { containerd: '2.4.2', goToml: '2.4.3' },
] as const

export type Library = (typeof libraries)[number]
