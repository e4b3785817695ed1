import { join } from 'node:path'
import { app, crashReporter, dialog, powerSaveBlocker, session } from 'electron'
import { preferredLanguage } from '../../shared/language.ts'
import type { Written } from '../diagnose/written.ts'
import { systemClock } from '../adapters/clock.ts'
import { readHolder } from '../adapters/data-dir-lock.ts'
import type { Panel, Surroundings } from '../panel.ts'
import type { Config } from '../config.ts'
import { watchProcess } from '../process-end.ts'
import { APP_ID } from '../shell/app-id.ts'
import { HELP_WORDS } from '../shell/help-words.ts'
import { UpdateWatch } from '../shell/update-watch.ts'
import { Run } from '../run.ts'
import { codeText, type Start } from '../start.ts'
import { menuModel } from '../shell/menu-model.ts'
import { afterLastWindow } from '../shell/quit-rules.ts'
import { type PageRequest, receivedRequest, secondStartText } from '../shell/second-start.ts'
import { SHELL_WORDS } from '../shell/words.ts'
import { hasTray } from '../shell/tray-host.ts'
import type { TrayAct } from '../shell/tray-model.ts'
import { ownArguments } from './arguments.ts'
import { setAutostart } from './autostart.ts'
import { Background } from './background.ts'
import { developmentUrl, pageOrigin, restrictDevelopmentServer } from './development.ts'
import { hardenApplication, hardenSession } from './hardening.ts'
import { helpActs } from './help.ts'
import { openSessions } from './ipc.ts'
import { installMenu, type MenuActs } from './menu.ts'
import { watchPower } from './power.ts'
import { useProfile } from './profile.ts'
import { QuitQuestion } from './quit-question.ts'
import { relaunch } from './relaunch.ts'
import { RECOVERY_URL, registerScheme, serveRenderer } from './scheme.ts'
import { electronUpdater, type PackageUpdater } from './updates.ts'
import { Windows } from './windows.ts'

/** How long an orderly end may take before the process ends all the same. */
const CLOSE_MS = 8_000

/** What the application is made of besides Electron. */
export interface Parts {
  readStart(argv: readonly string[]): Start
  compose(config: Config, surroundings: Surroundings): Promise<Panel>
  startText(panel: Panel): string
  failedStart(error: unknown, log: Surroundings['log']): string
  /** Writes the diagnostics to a file. */
  diagnose(file: string): Promise<Written>
  /** Folder with the built renderer. */
  readonly rendererDir: string
  /** The built journal thread. */
  readonly journalThread: string
  readonly configThread: string
  /** The built preload. */
  readonly preload: string
}

/**
 * Runs the panel with its window. To be called before `ready`, without waiting for anything first: the scheme and the
 * sandbox can only be set up by then.
 */
export function startApplication(parts: Parts): void {
  const start = parts.readStart(ownArguments(process.argv, app.isPackaged))
  if (start.kind === 'exit') {
    const out = start.code === 0 ? process.stdout : process.stderr
    out.write(start.text)
    app.exit(start.code)
    return
  }
  new Application(parts, start).run()
}

class Application {
  readonly #parts: Parts
  readonly #config: Config
  /** Until an administrator leaves it. */
  #kiosk: boolean
  #offerMenu = (): void => undefined
  readonly #firstLog: Surroundings['log']
  /** What restarts within the process; null with a window. */
  #run: Run | null = null
  /** Resolves with what is to be closed in order, or with null where it could not be started. */
  #panel: Promise<Pick<Panel, 'close'> | null> = Promise.resolve(null)
  #windows: Windows | null = null
  #background: Background | null = null
  #question: QuitQuestion | null = null
  /** What the windows are to show at first. */
  #request: PageRequest
  #ending = false
  /** The end is an installer's: it quits by itself. */
  #installing = false
  #updates: UpdateWatch | undefined

  constructor(parts: Parts, { config, log }: Extract<Start, { kind: 'run' }>) {
    this.#parts = parts
    this.#config = config
    this.#kiosk = config.kiosk
    this.#firstLog = log
    this.#request = { page: config.page, newWindow: config.newWindow }
  }

  /** Each restart opens another. */
  get #log(): Surroundings['log'] {
    return this.#run?.log ?? this.#firstLog
  }

  run(): void {
    try {
      if (!this.#prepare()) return
    } catch (error) {
      void this.#fail(error)
      return
    }
    app
      .whenReady()
      .then(() => (this.#config.headless ? this.#serve() : this.#open()))
      .catch((error: unknown) => this.#fail(error))
  }

  /** All that must happen before `ready`. False where another one is running already. */
  #prepare(): boolean {
    useProfile(this.#config.dataDir, this.#log)
    if (!app.requestSingleInstanceLock({ ...this.#request })) {
      const argv = ownArguments(process.argv, app.isPackaged)
      process.stderr.write(secondStartText(this.#request, argv, readHolder(this.#config.dataDir)))
      app.exit(0)
      return false
    }
    // By this Windows knows whose notifications and taskbar buttons these are: those of the installed program.
    if (process.platform === 'win32') app.setAppUserModelId(APP_ID)
    crashReporter.start({ uploadToServer: false })
    hardenApplication(pageOrigin())
    registerScheme()

    app.on('second-instance', (_event, _argv, _dir, data) => this.#show(receivedRequest(data)))
    // Electron starts those again by itself; the page's own process is the window's affair.
    app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
      if (reason !== 'clean-exit')
        this.#log.error({ type, reason, exitCode, name }, 'a helper process of the window died')
    })
    app.on('window-all-closed', () => this.#lastWindowClosed())
    // macOS: somebody clicks the icon in the dock.
    app.on('activate', () => this.#windows?.request({ page: null, newWindow: false }))
    app.on('before-quit', (event) => {
      if (this.#installing) return
      // The panel closes in order first; the end of that ends the process without asking again.
      event.preventDefault()
      this.#quit()
    })
    watchProcess({ end: (why) => this.#end(why), crash: (error) => this.#crash(error) })
    return true
  }

  /** Without a window a restart stays within the process: a service must not end for it. */
  async #serve(): Promise<void> {
    if (this.#ending) return
    const { rendererDir, journalThread, configThread } = this.#parts
    const argv = ownArguments(process.argv, app.isPackaged)
    let panel: Panel | undefined
    const run = new Run(
      {
        readStart: () => this.#parts.readStart(argv),
        compose: (config, surroundings) => this.#parts.compose(config, surroundings),
        surroundings: {
          rendererDir,
          journalThread,
          configThread,
          tellCode: (code) => void process.stdout.write(codeText(code)),
        },
        onPanel: (started) => {
          panel = started
          this.#tellStart(started)
          started.offerCode()
        },
        onFailed: (message) => void this.#failed(message),
      },
      { config: this.#config, log: this.#log },
    )
    this.#run = run
    this.#panel = Promise.resolve(run)
    const power = { suspended: () => panel?.suspended(), resumed: () => panel?.resumed() }
    watchPower(power, this.#log, () => this.#end('the system shuts down'))
    await run.start()
  }

  #tellStart(panel: Panel): void {
    process.stdout.write(this.#parts.startText(panel))
    // For a launcher that waits for it.
    process.send?.('listening')
  }

  async #open(): Promise<void> {
    if (this.#ending) return
    const { rendererDir, journalThread, configThread, preload } = this.#parts
    const log = this.#log
    const trayThere = !this.#config.kiosk ? hasTray(process.platform) : Promise.resolve(false)
    const starting = this.#parts.compose(this.#config, {
      log,
      rendererDir,
      journalThread,
      configThread,
      restart: () => this.#end('it starts again', 0, relaunch),
      ...(this.#kiosk ? { leaveKiosk: () => this.#leaveKiosk() } : {}),
    })
    // Who ends the application in the meantime waits for the panel, but does not care why there is none.
    this.#panel = starting.catch(() => null)
    const panel = await starting
    watchPower(panel, log, () => this.#end('the system shuts down'))
    this.#tellStart(panel)
    if (this.#ending) return

    const { autostart, configFile } = this.#config
    if (autostart !== null) setAutostart(autostart, configFile, log)

    const origin = pageOrigin()
    const development = developmentUrl()
    const { kiosk, dataDir } = this.#config
    let reason = ''
    hardenSession(session.defaultSession, () => this.#kiosk)
    serveRenderer(session.defaultSession, {
      root: rendererDir,
      ask: (question) => panel.ask(question),
      recovery: () => ({ reason, panelUrl: panel.url, pageUrl: origin.url }),
      log,
    })
    if (development !== undefined) restrictDevelopmentServer(session.defaultSession, development)
    openSessions(panel.accept, origin, log)
    if (kiosk) powerSaveBlocker.start('prevent-display-sleep')
    const windows = new Windows(
      { origin, preload, development: development !== undefined, kiosk, file: join(dataDir, 'window.json') },
      {
        givenUp: (why) => {
          reason = why
          return RECOVERY_URL
        },
        mayCloseLast: () =>
          this.#ending ||
          (!this.#kiosk && (afterLastWindow(this.#background?.tray === true) === 'run_on' || this.#mayQuit())),
        systemEnds: () => this.#end('the system shuts down'),
      },
      log,
    )
    const language = preferredLanguage(app.getPreferredSystemLanguages())
    const words = SHELL_WORDS[language]
    const acts: MenuActs = {
      show: (request) => this.#show(request),
      help: helpActs({
        window: () => windows.front,
        show: (page) => this.#show({ page, newWindow: false }),
        diagnose: (file) => this.#parts.diagnose(file),
        updates: this.#watchUpdates(panel),
        underWay: () => panel.underWay(),
        platform: process.platform,
        words: HELP_WORDS[language],
        log,
      }),
    }
    this.#offerMenu = () => installMenu(menuModel(process.platform, this.#kiosk, words), acts)
    this.#offerMenu()
    this.#question = new QuitQuestion({
      standing: () => panel.standing(),
      kiosk: () => this.#kiosk,
      words,
      parent: () => windows.front,
      yes: () => this.#end('quit'),
      log,
    })
    const tray = await trayThere
    if (!kiosk && !this.#ending)
      this.#background = new Background({
        panel,
        tray,
        rendererDir,
        words,
        attended: () => windows.attended,
        act: (act) => this.#act(act),
        log,
      })
    this.#windows = windows
    try {
      await windows.start(this.#request)
    } catch (error) {
      // A window that is closed while it loads says so in the same way.
      if (!this.#ending) throw error
    }
  }

  #leaveKiosk(): void {
    this.#log.warn({}, 'the kiosk was left')
    this.#kiosk = false
    this.#windows?.leaveKiosk()
    this.#offerMenu()
  }

  /** The core runs on where the tray can open the window again. */
  #lastWindowClosed(): void {
    if (this.#ending) return
    if (this.#background && afterLastWindow(this.#background.tray) === 'run_on') void this.#toTray(this.#background)
    else this.#end('the window was closed')
  }

  /** A Linux desktop may have lost its tray since the start, and the panel could not be found again. */
  async #toTray(background: Background): Promise<void> {
    const there = await hasTray(process.platform)
    // Somebody may have opened another window meanwhile.
    if (this.#ending || this.#windows?.front) return
    if (there) background.windowGone()
    else if (this.#mayQuit()) this.#end('the window was closed')
    else this.#show({ page: null, newWindow: false })
  }

  #act(act: TrayAct): void {
    if (act === 'quit') this.#quit()
    else this.#show({ page: act === 'alarms' ? '/alarms' : null, newWindow: false })
  }

  #mayQuit(): boolean {
    return this.#question?.mayQuit() ?? true
  }

  #show(request: PageRequest): void {
    if (this.#windows) this.#windows.request(request)
    // The first window will show it.
    else this.#request = request
  }

  /** Newer versions are looked for in a kiosk as well. */
  #watchUpdates(panel: Panel): UpdateWatch {
    const { updates: from } = this.#config
    const log = this.#log
    const updater = from && electronUpdater(from, log)
    return (this.#updates = new UpdateWatch({
      updater: updater && { ...updater, install: () => this.#install(updater) },
      clock: systemClock,
      log,
      underWay: () => panel.underWay(),
      kiosk: () => this.#kiosk,
    }))
  }

  /** The panel closes first, and gives free what the new version needs: the installer may start that at once. */
  #install(updater: PackageUpdater): void {
    if (this.#ending) return
    this.#ending = true
    const hanging = setTimeout(() => app.exit(1), CLOSE_MS)
    const replace = async (): Promise<void> => {
      await this.#close()
      clearTimeout(hanging)
      this.#installing = true
      app.releaseSingleInstanceLock()
      updater.install((error) => {
        // Nothing of the panel is left in this process: the version that is there begins anew.
        this.#log.error({ err: error }, 'the update could not be installed')
        relaunch()
        app.exit(1)
      })
    }
    replace().catch((error: unknown) => {
      this.#log.error({ err: error }, 'closing failed')
      app.exit(1)
    })
  }

  /** Somebody wants the panel to end: it does, or they are asked about what that breaks off. */
  #quit(): void {
    if (this.#ending) return
    // Only the system and a signal end a kiosk.
    if (this.#kiosk && this.#windows) this.#log.warn({}, 'a kiosk does not quit')
    else if (this.#mayQuit()) this.#end('quit')
  }

  /** Ends the application in order. Only the first call counts. */
  #end(why: string, code = 0, last = (): void => undefined): void {
    if (this.#ending) return
    this.#ending = true
    this.#log.info({ why }, 'closing')
    setTimeout(() => app.exit(1), CLOSE_MS).unref()
    this.#close().then(
      () => (last(), app.exit(code)),
      (error: unknown) => {
        this.#log.error({ err: error }, 'closing failed')
        app.exit(1)
      },
    )
  }

  #crash(error: unknown): void {
    this.#log.error({ err: error }, 'a defect of the panel')
    this.#end('a defect', 1)
  }

  /** The start failed: says why, on standard error and, where somebody can see it, in a dialog. */
  async #fail(error: unknown): Promise<void> {
    if (!this.#ending) await this.#failed(this.#parts.failedStart(error, this.#log))
  }

  async #failed(message: string): Promise<void> {
    if (this.#ending) return
    this.#ending = true
    process.stderr.write(`andon: ${message}\n`)
    // First of all: nothing else runs while the dialog stands.
    try {
      await this.#close()
    } catch (closing) {
      this.#log.error({ err: closing }, 'closing failed')
    }
    // No dialog of the system ever covers a kiosk; whoever starts it has the text above.
    if (app.isReady() && !this.#config.headless && !this.#config.kiosk)
      dialog.showErrorBox('Andon could not start', message)
    app.exit(1)
  }

  async #close(): Promise<void> {
    this.#updates?.close()
    // The windows go with the process; until then they show that the panel closes.
    const settled = this.#windows?.settle()
    this.#background?.close()
    const panel = await this.#panel
    await panel?.close()
    await settled
  }
}
