import { version } from '../../package.json'

/** Andon's version, from package.json. */
export const VERSION: string = version
