import { BrowserWindow, type BrowserWindowConstructorOptions, type Input } from 'electron'
import type { Log } from '../../core/log.ts'
import { pageOf } from '../shell/page-path.ts'
import { ReloadPolicy } from '../shell/reload-policy.ts'
import type { WindowPlace } from '../shell/window-place.ts'

/** How long a page may give no sign of life before it is ended, milliseconds: then it is started again as after a crash. */
const UNRESPONSIVE_MS = 30_000

export interface WindowOptions {
  /** Address of the page. */
  readonly url: string
  /** Path of the built preload. */
  readonly preload: string
  /** Run from Vite's development server: with developer tools. */
  readonly development: boolean
  /** The whole display, and no way out of it. */
  readonly kiosk: boolean
  /** Where the window was; null for Electron's own choice. */
  readonly place: WindowPlace | null
}

export interface WindowEvents {
  /** It is there, before its page is. */
  readonly opened: (window: BrowserWindow) => void
  /** It was moved or resized, or goes. */
  readonly placed: (window: BrowserWindow) => void
  /** It shows another page of the panel. */
  readonly paged: (window: BrowserWindow, page: string) => void
  readonly closed: (window: BrowserWindow) => void
  /** Somebody closes the window; false keeps it. */
  readonly mayClose: () => boolean
  /** False once a kiosk was left. */
  readonly inKiosk: () => boolean
  /** Windows shuts down or logs off. */
  readonly systemEnds: () => void
  /** The page cannot be kept alive. Returns the address of what to show in its place. */
  readonly givenUp: (reason: string) => string
}

/** Opens a window of the panel. Resolves when its page has loaded, rejects where it cannot be loaded. */
export async function openWindow(options: WindowOptions, events: WindowEvents, log: Log): Promise<BrowserWindow> {
  const window = new BrowserWindow(windowOptions(options))
  events.opened(window)
  // Before that the window would be an empty frame for a moment.
  window.once('ready-to-show', () => {
    if (options.place?.maximized === true && !options.kiosk) window.maximize()
    window.show()
  })
  if (options.kiosk) {
    window.webContents.on('before-input-event', (event, input) => {
      if (events.inKiosk() && WAYS_OUT.some((leads) => leads(input))) event.preventDefault()
    })
  } else for (const event of ['resized', 'moved'] as const) window.on(event as 'resized', () => events.placed(window))
  window.webContents.on('did-navigate-in-page', (_event, url, isMainFrame) => {
    if (isMainFrame) events.paged(window, pageOf(url))
  })
  window.on('close', (event) => {
    if (!events.mayClose()) event.preventDefault()
    else if (!options.kiosk) events.placed(window)
  })
  window.on('closed', () => events.closed(window))
  window.on('session-end', events.systemEnds)
  keepAlive(window, events, log)
  await window.loadURL(options.url)
  return window
}

/** Starts a page again that died or hangs, more slowly each time, until that is given up. The panel itself goes on. */
function keepAlive(window: BrowserWindow, { givenUp }: WindowEvents, log: Log): void {
  const { webContents } = window
  const policy = new ReloadPolicy()
  let hangs: ReturnType<typeof setTimeout> | undefined
  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    clearTimeout(hangs)
    if (reason === 'clean-exit') return
    const wait = policy.died(performance.now())
    log.error({ reason, exitCode, wait }, 'The window died. The panel itself goes on.')
    if (wait === null) {
      // Who tries again from there begins anew.
      policy.forget()
      load(givenUp(`${reason} (${exitCode})`))
      return
    }
    setTimeout(() => {
      if (!window.isDestroyed()) webContents.reload()
    }, wait)
  })
  window.on('unresponsive', () => {
    log.warn({}, 'The window gives no sign of life.')
    clearTimeout(hangs)
    hangs = setTimeout(() => {
      if (!window.isDestroyed()) webContents.forcefullyCrashRenderer()
    }, UNRESPONSIVE_MS)
  })
  window.on('responsive', () => clearTimeout(hangs))

  function load(url: string): void {
    window.loadURL(url).catch((error: unknown) => log.error({ err: error }, 'not even the recovery page can be shown'))
  }
}

/** Keys that leave, reload or take apart the page. What the system does with a key before we see it is the system's to forbid. */
const WAYS_OUT: readonly ((input: Input) => boolean)[] = [
  ({ key }) => key === 'F11' || key === 'F12' || key === 'F5' || key === 'BrowserBack' || key === 'BrowserForward',
  ({ key, alt }) => alt && (key === 'F4' || key === 'ArrowLeft' || key === 'ArrowRight'),
  ({ key, control, meta }) => (control || meta) && /^[rwqnpuo+\-=0]$/i.test(key),
  ({ key, control, meta, shift, alt }) => (control || meta) && (shift || alt) && /^[ijc]$/i.test(key),
]

/** Electron's defaults for some of these are the same; they are said all the same, so that none can change unseen. */
export function windowOptions(options: WindowOptions): BrowserWindowConstructorOptions {
  const { preload, development, kiosk, place } = options
  return {
    title: 'Andon',
    width: 1280,
    height: 800,
    ...(place && !kiosk ? { x: place.x, y: place.y, width: place.width, height: place.height } : {}),
    // The page is usable on a phone and on a panel of 800×480.
    minWidth: 390,
    minHeight: 480,
    ...(kiosk ? { kiosk: true, closable: false, minimizable: false } : {}),
    // The theme's page colour, so that nothing flashes while the first frame is drawn.
    backgroundColor: '#c7c7c7',
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: development && !kiosk,
    },
  }
}
