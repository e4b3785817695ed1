/** The first look after the start, when the panel has come to rest, and the time between two, milliseconds. */
export const FIRST_CHECK_MS = 60_000
export const CHECK_MS = 24 * 3_600_000

/** A look that failed is tried again sooner; the network may be back. */
export const RETRY_MS = 3_600_000

/** What is known of a newer version. */
export type UpdateState =
  | { readonly kind: 'off' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'current' }
  /** This copy cannot update itself. */
  | { readonly kind: 'unable' }
  /** Nobody brings it, for this is a kiosk. */
  | { readonly kind: 'found'; readonly version: string }
  | { readonly kind: 'loading'; readonly version: string }
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** What an update would break into. */
export interface UnderWay {
  /** Commands that no machine has settled yet. */
  readonly commands: number
  /** Machines that somebody has control of. */
  readonly controlled: number
}

/** When to look next, milliseconds from now; null where nothing is to be looked for: off, or there is one already. */
export function nextCheck(state: UpdateState): number | null {
  switch (state.kind) {
    case 'off':
    case 'unable':
    case 'loading':
    case 'ready':
      return null
    case 'unknown':
      return FIRST_CHECK_MS
    case 'current':
    case 'found':
      return CHECK_MS
    case 'failed':
      return RETRY_MS
    default:
      return state satisfies never
  }
}

/**
 * Why an update may not be installed now; null where it may. It is never installed but when somebody at the window asks
 * for it: nobody knows better when a plant can do without its panel. In a kiosk nobody can ask.
 */
export function whyNotInstall({ commands, controlled }: UnderWay, kiosk: boolean): string | null {
  if (kiosk) return 'A kiosk is not updated while it runs. Leave it first.'
  if (commands > 0) return `${count(commands, 'command is', 'commands are')} under way. Wait for the machines’ answers.`
  if (controlled > 0) {
    return `Somebody has control of ${count(controlled, 'machine', 'machines')}. It must be released first.`
  }
  return null
}

/** The state in one sentence. */
export function describeUpdate(state: UpdateState): string {
  switch (state.kind) {
    case 'off':
      return 'Updates are not looked for. “updates” in the configuration file says where to; a file can be installed without.'
    case 'unknown':
      return 'Nothing is known of a newer version yet.'
    case 'current':
      return 'This is the newest version.'
    case 'unable':
      return 'This copy cannot update itself. Install a package from a file.'
    case 'found':
      return `There is version ${state.version}. A kiosk does not download it: leave the kiosk, then look again.`
    case 'loading':
      return `Version ${state.version} is being downloaded. Choose this again to install it.`
    case 'ready':
      return `Version ${state.version} is ready to be installed.`
    case 'failed':
      return `Updates could not be looked for: ${state.reason}`
    default:
      return state satisfies never
  }
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`
}
