/** Made when the page is built; see scripts/package/licence-module.mjs. */
declare module 'virtual:licences' {
  export interface Licensed {
    readonly name: string
    readonly version: string
    /** Name of the licence, as the package gives it. */
    readonly licence: string
    /** Which of the texts. */
    readonly text: number
  }
  export const packages: readonly Licensed[]
  /** Each once: many packages have the same. */
  export const texts: readonly string[]
}
