import { EventEmitter } from 'node:events'
import { vi } from 'vitest'

/**
 * Stands in for the `electron` module, which is only there within Electron: `vi.mock('electron', () => import('./fake-electron.ts'))`.
 * It records what it is asked for and lets a test raise the events. It proves nothing about Electron itself.
 */

type Handler = (...args: never[]) => unknown

/** The order in which the things happened that have one. */
export const order: string[] = []

const WORK_AREA = { x: 0, y: 0, width: 1920, height: 1080 }

class FakeApp extends EventEmitter {
  isPackaged = false
  #ready: () => void = () => undefined
  #isReady = false
  #whenReady = this.#newReady()
  readonly paths: Record<string, string> = {}
  readonly switches = new Set<string>()
  readonly commandLine = { hasSwitch: (name: string) => this.switches.has(name) }
  readonly enableSandbox = vi.fn<() => void>(() => void order.push('sandbox'))
  readonly exit = vi.fn<(code: number) => void>((code) => void order.push(`exit ${code}`))
  readonly requestSingleInstanceLock = vi.fn<(data: unknown) => boolean>(() => true)
  readonly releaseSingleInstanceLock = vi.fn<() => void>(() => void order.push('release'))

  readonly relaunch = vi.fn<(options: object) => void>(() => void order.push('relaunch'))
  readonly setAppUserModelId = vi.fn<(id: string) => void>()
  readonly setLoginItemSettings = vi.fn<(settings: object) => void>()
  readonly getPreferredSystemLanguages = vi.fn<() => string[]>(() => ['en-GB'])

  setPath(name: string, path: string): void {
    this.paths[name] = path
  }
  isReady(): boolean {
    return this.#isReady
  }
  whenReady(): Promise<void> {
    return this.#whenReady
  }
  becomeReady(): void {
    order.push('ready')
    this.#isReady = true
    this.#ready()
  }
  reset(): void {
    this.removeAllListeners()
    for (const name of Object.keys(this.paths)) Reflect.deleteProperty(this.paths, name)
    this.switches.clear()
    this.isPackaged = false
    this.#isReady = false
    this.#whenReady = this.#newReady()
    this.requestSingleInstanceLock.mockReset().mockReturnValue(true)
    this.enableSandbox.mockClear()
    this.exit.mockClear()
    this.setLoginItemSettings.mockClear()
    this.setAppUserModelId.mockClear()
  }
  #newReady(): Promise<void> {
    return new Promise((resolve) => (this.#ready = resolve))
  }
}

export class FakeSession extends EventEmitter {
  readonly handlers: Record<string, Handler> = {}
  readonly schemes: Record<string, (request: Request) => Promise<Response>> = {}
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) => {
      this.schemes[scheme] = handler
    },
  }
  readonly webRequest = {
    onHeadersReceived: (filter: { urls: string[] }, handler: Handler) => {
      this.handlers['headers'] = handler
      this.handlers['headersFilter'] = () => filter
    },
  }
  setPermissionRequestHandler = (handler: Handler) => (this.handlers['request'] = handler)
  setPermissionCheckHandler = (handler: Handler) => (this.handlers['check'] = handler)
  setDevicePermissionHandler = (handler: Handler) => (this.handlers['device'] = handler)
  setDisplayMediaRequestHandler = (handler: Handler) => (this.handlers['display'] = handler)
}

export interface FakeFrame {
  readonly frameTreeNodeId: number
  url: string
  readonly detached: boolean
  isDestroyed(): boolean
}

let nextFrame = 1

export function fakeFrame(url: string, state: { detached?: boolean; destroyed?: boolean } = {}): FakeFrame {
  const frame = { frameTreeNodeId: nextFrame++, url, detached: state.detached ?? false, isDestroyed: () => false }
  return state.destroyed === true ? destroyed(frame) : frame
}

/** A frame that is gone: as in Electron, everything but `isDestroyed` throws. */
function destroyed(frame: FakeFrame): FakeFrame {
  return new Proxy(frame, {
    get(_target, key) {
      if (key === 'isDestroyed') return () => true
      throw new Error('Render frame was disposed before WebFrameMain could be accessed')
    },
  })
}

export class FakeContents extends EventEmitter {
  readonly mainFrame = fakeFrame('andon://panel/index.html')
  windowOpen: Handler | undefined
  readonly reload = vi.fn<() => void>()
  readonly forcefullyCrashRenderer = vi.fn<() => void>()
  isDestroyed(): boolean {
    return false
  }
  getUserAgent(): string {
    return 'Andon/0.1.0 Electron/45'
  }
  setWindowOpenHandler(handler: Handler): void {
    this.windowOpen = handler
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly windows: BrowserWindow[] = []
  /** What the next window's page says to being loaded. */
  static loading: (url: string) => Promise<void> = () => Promise.resolve()
  static getAllWindows(): BrowserWindow[] {
    return BrowserWindow.windows
  }
  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.windows.find((window) => window.focused) ?? null
  }
  static fromWebContents(contents: unknown): BrowserWindow | null {
    return BrowserWindow.windows.find((window) => window.webContents === contents) ?? null
  }

  readonly webContents = new FakeContents()
  readonly show = vi.fn<() => void>()
  readonly focus = vi.fn<() => void>()
  readonly restore = vi.fn<() => void>()
  readonly setKiosk = vi.fn<(kiosk: boolean) => void>()
  readonly setClosable = vi.fn<(closable: boolean) => void>()
  readonly setMinimizable = vi.fn<(minimizable: boolean) => void>()
  readonly maximize = vi.fn<() => void>()
  minimized = false
  focused = false
  maximized = false
  bounds = { x: 10, y: 20, width: 1000, height: 700 }

  constructor(readonly options: object) {
    super()
    order.push('window')
    BrowserWindow.windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  isMinimized(): boolean {
    return this.minimized
  }
  isMaximized(): boolean {
    return this.maximized
  }
  getNormalBounds(): object {
    return this.bounds
  }
  getBounds(): object {
    return this.bounds
  }
  setBounds(bounds: typeof this.bounds): void {
    this.bounds = bounds
  }
  /** Somebody closes it: it goes unless that is prevented. */
  close(): void {
    let prevented = false
    this.emit('close', { preventDefault: () => (prevented = true) })
    if (prevented) return
    BrowserWindow.windows.splice(BrowserWindow.windows.indexOf(this), 1)
    this.emit('closed')
    if (BrowserWindow.windows.length === 0) app.emit('window-all-closed')
  }
  isDestroyed(): boolean {
    return false
  }
  loadURL(url: string): Promise<void> {
    order.push(`load ${url}`)
    return BrowserWindow.loading(url)
  }
}

export const app = new FakeApp()
export const ipcMain = new EventEmitter()
export const dialog = {
  showErrorBox: vi.fn<(title: string, text: string) => void>((title) => void order.push(`dialog ${title}`)),
  showMessageBox: vi.fn<(...args: unknown[]) => Promise<{ response: number }>>(() => Promise.resolve({ response: 1 })),
  showSaveDialog: vi.fn<(...args: unknown[]) => Promise<{ filePath: string }>>(() => Promise.resolve({ filePath: '' })),
  showOpenDialog: vi.fn<() => Promise<{ filePaths: string[] }>>(() => Promise.resolve({ filePaths: [] })),
}
export const shell = { openPath: vi.fn<(path: string) => Promise<string>>(() => Promise.resolve('')) }
export const powerMonitor = new EventEmitter()
export const session = { defaultSession: new FakeSession() }
export const protocol = {
  registerSchemesAsPrivileged: vi.fn<(schemes: unknown[]) => void>(() => void order.push('scheme')),
}
export const Menu = {
  setApplicationMenu: vi.fn<(menu: unknown) => void>(),
  buildFromTemplate: vi.fn<(template: unknown) => object>((template) => ({ template })),
}
export class Tray extends EventEmitter {
  static readonly trays: Tray[] = []
  image: unknown
  tooltip = ''
  menu: { template: { label?: string; enabled?: boolean; type?: string; click?: () => void }[] } = { template: [] }
  destroyed = false
  constructor(image: unknown) {
    super()
    this.image = image
    Tray.trays.push(this)
  }
  setImage = vi.fn<(image: unknown) => void>((image) => (this.image = image))
  setToolTip = (tooltip: string) => (this.tooltip = tooltip)
  setContextMenu = (menu: typeof this.menu) => (this.menu = menu)
  destroy = () => (this.destroyed = true)
}
export const nativeImage = { createFromPath: (path: string) => path, createEmpty: () => '' }

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = []
  static supported = true
  static isSupported(): boolean {
    return Notification.supported
  }
  readonly close = vi.fn<() => void>()
  constructor(readonly options: { title: string; body: string }) {
    super()
  }
  show(): void {
    Notification.shown.push(this)
  }
}

class FakeScreen extends EventEmitter {
  workAreas = [WORK_AREA]
  getAllDisplays = () => this.workAreas.map((workArea, id) => ({ id, workArea }))
  getPrimaryDisplay = () => ({ id: 0, workArea: this.workAreas[0] ?? WORK_AREA })
}
export const screen = new FakeScreen()
export const crashReporter = { start: vi.fn<(options: object) => void>() }
export const powerSaveBlocker = { start: vi.fn<(kind: string) => number>(() => 1) }
export const contextBridge = { exposeInMainWorld: vi.fn<(key: string, value: unknown) => void>() }
export const ipcRenderer = { postMessage: vi.fn<(channel: string, message: unknown, ports: unknown[]) => void>() }

/** As new; before each test. */
export function resetElectron(): void {
  order.length = 0
  app.reset()
  Tray.trays.length = 0
  Notification.shown.length = 0
  Notification.supported = true
  screen.removeAllListeners()
  screen.workAreas = [WORK_AREA]
  powerMonitor.removeAllListeners()
  dialog.showMessageBox.mockReset().mockResolvedValue({ response: 1 })
  ipcMain.removeAllListeners()
  BrowserWindow.windows.length = 0
  BrowserWindow.loading = () => Promise.resolve()
  session.defaultSession = new FakeSession()
  for (const mock of [dialog.showErrorBox, protocol.registerSchemesAsPrivileged, Menu.setApplicationMenu])
    mock.mockClear()
  crashReporter.start.mockClear()
  powerSaveBlocker.start.mockClear()
  contextBridge.exposeInMainWorld.mockClear()
  ipcRenderer.postMessage.mockReset()
}
