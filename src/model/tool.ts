/** Put in by the build. */
declare const __VERSION__: string | undefined

export const tool = { name: 'registry-doctor', version: typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev' } as const
