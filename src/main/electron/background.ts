import type { Log } from '../../core/log.ts'
import { AlarmNews } from '../../shared/alarm-news.ts'
import type { Panel } from '../panel.ts'
import { alarmNotice } from '../shell/alarm-notice.ts'
import { type TrayAct, trayModel } from '../shell/tray-model.ts'
import type { ShellWords } from '../shell/words.ts'
import { Notices } from './notice.ts'
import { PanelTray } from './tray.ts'

export interface BackgroundOptions {
  readonly panel: Pick<Panel, 'onStanding'>
  /** This system shows tray icons. */
  readonly tray: boolean
  /** Folder with the built renderer, which has the pictures too. */
  readonly rendererDir: string
  readonly words: ShellWords
  /** True while somebody has a window of the panel before them. */
  readonly attended: () => boolean
  readonly act: (act: TrayAct) => void
  readonly log: Log
}

/** The panel outside of its windows: its tray icon and its notifications. A kiosk, which nothing may cover, has none. */
export class Background {
  readonly #options: BackgroundOptions
  readonly #notices = new Notices()
  readonly #tray: PanelTray | null
  readonly #stop: () => void
  /** It has been said that the panel runs on without its window. */
  #hinted = false

  constructor(options: BackgroundOptions) {
    this.#options = options
    const { panel, tray, rendererDir, words, act } = options
    this.#tray = tray ? new PanelTray(rendererDir, act) : null
    const news = new AlarmNews()
    this.#stop = panel.onStanding((standing) => {
      this.#tray?.show(trayModel(standing, words))
      const notice = alarmNotice(news.take(standing.alarms), words)
      if (notice && !options.attended()) this.#notices.show(notice, () => act('alarms'))
    })
  }

  /** Whether the panel can be found again without a window. */
  get tray(): boolean {
    return this.#tray !== null
  }

  /** The last window went to the tray; the first time that is said. */
  windowGone(): void {
    const { words, act, log } = this.#options
    log.info({}, 'the window was closed; the panel runs on')
    if (this.#hinted) return
    this.#hinted = true
    this.#notices.show({ title: words.runsOnTitle, body: words.runsOnBody }, () => act('open'))
  }

  /** Idempotent. */
  close(): void {
    this.#stop()
    this.#notices.close()
    this.#tray?.close()
  }
}
