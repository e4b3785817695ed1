/**
 * What the preload shows to the renderer in the Electron window, as `window.andon`; absent in a browser. A handful of
 * functions, no channel names, no IPC object.
 */
export interface Bridge {
  /**
   * Asks the main process for a session. Its port arrives as a `message` event of this window whose `data` is
   * {@link SESSION_PORT}, whose `source` is this window, and whose only port is the session's.
   */
  openSession(): void
}

export const BRIDGE_KEY = 'andon'
export const SESSION_PORT = 'andon:session-port'
/** IPC channel on which the preload hands a port to the main process. */
export const OPEN_SESSION = 'andon:open-session'

/**
 * Frames on a session port. A MessagePort tells nobody how much it holds, so the viewer says how many frames it has
 * taken in and the server stops sending to one that falls behind.
 */
export type PortFrame =
  /** Server → viewer: one frame of the protocol. */
  | { readonly kind: 'frame'; readonly text: string }
  /** Viewer → server: one frame of the protocol. */
  | { readonly kind: 'message'; readonly text: string }
  /** Viewer → server: this many frames more have been taken in. */
  | { readonly kind: 'taken'; readonly count: number }
  /** Either side: the session's socket is closed. */
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
