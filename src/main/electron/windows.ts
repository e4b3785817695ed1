import { BrowserWindow, screen } from 'electron'
import type { Log } from '../../core/log.ts'
import { HOME_PAGE, pageUrl } from '../shell/page-path.ts'
import type { PageRequest } from '../shell/second-start.ts'
import { MAX_WINDOWS, type RememberedWindow } from '../shell/window-list.ts'
import { broughtBack, placeBeside, placeOn, type Rectangle, type WindowPlace } from '../shell/window-place.ts'
import type { PageOrigin } from './page-origin.ts'
import { openWindow } from './window.ts'
import { readWindows, WindowFile } from './window-file.ts'

export interface WindowsOptions {
  readonly origin: PageOrigin
  readonly preload: string
  readonly development: boolean
  /** One window that takes the whole display, and of which nothing is remembered. */
  readonly kiosk: boolean
  /** Where the windows are remembered. */
  readonly file: string
}

export interface WindowsEvents {
  readonly givenUp: (reason: string) => string
  /** Somebody closes the last window; false keeps it. */
  readonly mayCloseLast: () => boolean
  readonly systemEnds: () => void
}

/** All windows of the panel: opened again where they were, with the page that each showed. */
export class Windows {
  readonly #options: WindowsOptions
  readonly #events: WindowsEvents
  readonly #log: Log
  readonly #file: WindowFile
  readonly #open = new Map<BrowserWindow, RememberedWindow>()
  #remembers: boolean
  #kiosk: boolean

  constructor(options: WindowsOptions, events: WindowsEvents, log: Log) {
    this.#options = options
    this.#events = events
    this.#log = log
    this.#file = new WindowFile(options.file, log)
    this.#remembers = !options.kiosk
    this.#kiosk = options.kiosk
    for (const event of ['display-removed', 'display-metrics-changed'] as const)
      screen.on(event as 'display-removed', () => this.#bringBack())
  }

  /** The one that somebody uses, or else any. */
  get front(): BrowserWindow | null {
    return BrowserWindow.getFocusedWindow() ?? [...this.#open.keys()][0] ?? null
  }

  /** True while somebody has one before them. */
  get attended(): boolean {
    return BrowserWindow.getFocusedWindow() !== null
  }

  /** Opens the windows of the last time, and what is asked for. Rejects where the first page cannot be loaded. */
  async start(request: PageRequest): Promise<void> {
    const { file } = this.#options
    const kiosk = this.#kiosk
    const remembered = kiosk ? [] : readWindows(file, this.#log)
    const [first = { place: null, page: HOME_PAGE }, ...others] = remembered
    const own = request.page !== null && (!request.newWindow || kiosk || remembered.length === 0)
    const opening = this.#openAt(own ? { ...first, page: request.page } : first)
    for (const other of others) void this.#tryAt(other)
    await opening
    if (request.newWindow && remembered.length > 0) this.#openNew(request.page)
  }

  /** Shows a page, in a window of its own where that is asked for; without a page it brings what there is to the front. */
  request({ page, newWindow }: PageRequest): void {
    const { front } = this
    if (newWindow && !this.#kiosk && front) this.#openNew(page)
    else if (!front) void this.start({ page, newWindow }).catch((error: unknown) => this.#failed(error))
    else {
      if (page !== null) void this.#load(front, page)
      if (front.isMinimized()) front.restore()
      front.show()
      front.focus()
    }
  }

  /** Makes the windows of a kiosk ordinary ones. Where they are is still not remembered. */
  leaveKiosk(): void {
    this.#kiosk = false
    for (const window of this.#open.keys()) {
      window.setKiosk(false)
      window.setClosable(true)
      window.setMinimizable(true)
    }
  }

  /** Everything ends: what is open now is what the next start opens again. Resolves once that is written. */
  async settle(): Promise<void> {
    // Not every system says where a window was moved to.
    for (const [window, known] of this.#open)
      if (!window.isDestroyed()) this.#open.set(window, { ...known, place: placeOf(window) })
    if (this.#open.size > 0) this.#save()
    this.#remembers = false
    await this.#file.written()
  }

  #openNew(page: string | null): void {
    if (this.#open.size >= MAX_WINDOWS) {
      this.#log.warn({ windows: this.#open.size }, 'no further window: there are too many')
      return
    }
    const taken = [...this.#open.keys()].map((window) => window.getNormalBounds())
    void this.#tryAt({ place: placeBeside(taken, workAreas()), page: page ?? HOME_PAGE })
    this.#save()
  }

  async #tryAt(window: RememberedWindow): Promise<void> {
    try {
      await this.#openAt(window)
    } catch (error) {
      this.#failed(error)
    }
  }

  async #openAt({ place, page }: RememberedWindow): Promise<void> {
    const { origin, preload, development } = this.#options
    const kiosk = this.#kiosk
    const { givenUp, mayCloseLast, systemEnds } = this.#events
    const seen = place && placeOn(place, workAreas())
    await openWindow(
      { url: pageUrl(origin.url, page), preload, development, kiosk, place: seen },
      {
        opened: (window) => this.#open.set(window, { place: seen, page }),
        placed: (window) => this.#change(window, { place: placeOf(window) }),
        paged: (window, at) => this.#change(window, { page: at }),
        closed: (window) => this.#forget(window),
        mayClose: () => this.#open.size > 1 || mayCloseLast(),
        inKiosk: () => this.#kiosk,
        givenUp,
        systemEnds,
      },
      this.#log,
    )
  }

  async #load(window: BrowserWindow, page: string): Promise<void> {
    try {
      await window.loadURL(pageUrl(this.#options.origin.url, page))
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    this.#log.error({ err: error }, 'a window could not be opened')
  }

  #change(window: BrowserWindow, change: Partial<RememberedWindow>): void {
    const known = this.#open.get(window)
    if (!known) return
    this.#open.set(window, { ...known, ...change })
    this.#save()
  }

  /** The last one stays remembered: it is what the next start, or the tray, opens again. */
  #forget(window: BrowserWindow): void {
    this.#open.delete(window)
    if (this.#open.size > 0) this.#save()
  }

  #save(): void {
    if (this.#remembers) this.#file.write([...this.#open.values()])
  }

  /** A display has gone or changed: nobody could reach a window that lies where there is none. */
  #bringBack(): void {
    const areas = workAreas()
    for (const window of this.#open.keys()) {
      const to = broughtBack(window.getBounds(), areas)
      if (!to) continue
      this.#log.info({ to }, 'a window was brought back from a display that is gone')
      window.setBounds(to)
      if (this.#kiosk) window.setKiosk(true)
    }
  }
}

function placeOf(window: BrowserWindow): WindowPlace {
  return { ...window.getNormalBounds(), maximized: window.isMaximized() }
}

/** The first display's first. */
function workAreas(): Rectangle[] {
  const primary = screen.getPrimaryDisplay()
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)].map(({ workArea }) => workArea)
}
