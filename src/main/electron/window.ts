import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron'
import type { Log } from '../../core/log.ts'
import type { PageOrigin } from './page-origin.ts'

/** How long after the page's process died it is started again; at once could be a loop that takes a whole core. */
const RELOAD_MS = 1_000

export interface WindowOptions {
  readonly origin: PageOrigin
  /** Path of the built preload. */
  readonly preload: string
  /** Run from Vite's development server: with developer tools. */
  readonly development: boolean
}

/** Opens the panel's window. Resolves when its page has loaded, rejects where it cannot be loaded. */
export async function openWindow(options: WindowOptions, log: Log): Promise<BrowserWindow> {
  const window = new BrowserWindow(windowOptions(options))
  // Before that the window would be an empty frame for a moment.
  window.once('ready-to-show', () => window.show())
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    log.error({ reason, exitCode }, 'The window died and is loaded again. The panel itself goes on.')
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload()
    }, RELOAD_MS)
  })
  await window.loadURL(options.origin.url)
  return window
}

/** Electron's defaults for some of these are the same; they are said all the same, so that none can change unseen. */
export function windowOptions({ preload, development }: WindowOptions): BrowserWindowConstructorOptions {
  return {
    title: 'Andon',
    width: 1280,
    height: 800,
    // The page is usable on a phone and on a panel of 800×480.
    minWidth: 390,
    minHeight: 480,
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
      devTools: development,
    },
  }
}
