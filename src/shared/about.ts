import Type from 'typebox'

/** What the panel is made of and runs on. It does not change while it runs. */
export const AboutSchema = Type.Object({
  version: Type.String({ description: 'Andon’s.' }),
  protocol: Type.Integer({ description: 'Version of the protocol that viewers speak.' }),
  node: Type.String(),
  /** Null where the panel has no window. */
  electron: Type.Union([Type.String(), Type.Null()]),
  chromium: Type.Union([Type.String(), Type.Null()]),
  system: Type.String({ description: 'Name, version and architecture of the operating system.' }),
})
export type About = Type.Static<typeof AboutSchema>
