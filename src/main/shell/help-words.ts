import { basename } from 'node:path'
import type { Language } from '../../shared/language.ts'
import type { Written } from '../diagnose/written.ts'
import type { FileProblem, Handing, UpdateFile } from './update-file.ts'
import type { Hindrance, UpdateState } from './update-rules.ts'

/** What the dialogs of the Help menu say, in one language. */
export interface HelpWords {
  /** The state in one sentence. */
  readonly update: (state: UpdateState) => string
  readonly install: string
  readonly notNow: string
  readonly hindrance: (hindrance: Hindrance) => string
  /** What is wrong with a file, and what to do. */
  readonly fileProblem: (problem: FileProblem) => string
  /** How a package that is whole is installed by hand. */
  readonly handing: (update: UpdateFile, handing: Handing) => string
  readonly diagnostics: (written: Written) => string
}

const en: HelpWords = {
  update: (state) => {
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
  },
  install: 'Install and Restart',
  notNow: 'Not Now',
  hindrance: (hindrance) => {
    switch (hindrance.kind) {
      case 'nothing':
        return 'There is nothing to install.'
      case 'kiosk':
        return 'A kiosk is not updated while it runs. Leave it first.'
      case 'commands': {
        const { count } = hindrance
        return `${count} ${count === 1 ? 'command is' : 'commands are'} under way. Wait for the machines’ answers.`
      }
      case 'controlled': {
        const { count } = hindrance
        return `Somebody has control of ${count} ${count === 1 ? 'machine' : 'machines'}. It must be released first.`
      }
      default:
        return hindrance satisfies never
    }
  },
  fileProblem: (problem) => {
    const { file } = problem
    switch (problem.kind) {
      case 'missing':
        return `There is no file ${file}.`
      case 'undescribed':
        return `Nothing beside ${file} says what it must be. Put the release’s latest*.yml into the same folder, and do not rename the package.`
      case 'damaged':
        return `${file} is damaged, or not of version ${problem.version}. Copy it again.`
      default:
        return problem satisfies never
    }
  },
  handing: ({ file, version }, handing) => {
    const whole = `${basename(file)} is whole: Andon ${version}.`
    const after = 'Then start Andon again.'
    switch (handing.kind) {
      case 'command':
        return `${whole} Install it: ${handing.command} ${after}`
      case 'replace':
        return `${whole} Put it in the place of the present one: ${handing.command} ${after}`
      case 'unpack':
        return `${whole} Unpack it in the place of the present one. ${after}`
      case 'foreign':
        return `${whole} It is not for this system.`
      default:
        return handing satisfies never
    }
  },
  diagnostics: (written) => {
    if (written.kind === 'unwritable') {
      return `${written.file} cannot be written: ${written.why ?? 'it is there already'}. Choose another place.`
    }
    const note = written.refused === null ? '' : `The configuration is refused: ${written.refused}\n`
    return `${note}The diagnostics are in ${written.file}. Read them before you send them to anybody.`
  },
}

const de: HelpWords = {
  update: (state) => {
    switch (state.kind) {
      case 'off':
        return 'Nach Aktualisierungen wird nicht gesucht. Wo, sagt „updates“ in der Konfigurationsdatei; aus einer Datei geht es auch ohne.'
      case 'unknown':
        return 'Von einer neueren Version ist noch nichts bekannt.'
      case 'current':
        return 'Das ist die neueste Version.'
      case 'unable':
        return 'Dieses Andon kann sich nicht selbst aktualisieren. Installieren Sie ein Paket aus einer Datei.'
      case 'found':
        return `Es gibt Version ${state.version}. Ein Kiosk lädt sie nicht: Verlassen Sie den Kiosk, und sehen Sie dann noch einmal nach.`
      case 'loading':
        return `Version ${state.version} wird geladen. Wählen Sie das noch einmal, um sie zu installieren.`
      case 'ready':
        return `Version ${state.version} kann installiert werden.`
      case 'failed':
        return `Nach Aktualisierungen konnte nicht gesucht werden: ${state.reason}`
      default:
        return state satisfies never
    }
  },
  install: 'Installieren und neu starten',
  notNow: 'Nicht jetzt',
  hindrance: (hindrance) => {
    switch (hindrance.kind) {
      case 'nothing':
        return 'Es gibt nichts zu installieren.'
      case 'kiosk':
        return 'Ein Kiosk wird nicht aktualisiert, während er läuft. Verlassen Sie ihn zuerst.'
      case 'commands': {
        const { count } = hindrance
        return `${count} ${count === 1 ? 'Befehl ist' : 'Befehle sind'} unterwegs. Warten Sie die Antworten der Maschinen ab.`
      }
      case 'controlled': {
        const { count } = hindrance
        return `Jemand bedient ${count} ${count === 1 ? 'Maschine' : 'Maschinen'}. Das muss zuerst abgegeben werden.`
      }
      default:
        return hindrance satisfies never
    }
  },
  fileProblem: (problem) => {
    const { file } = problem
    switch (problem.kind) {
      case 'missing':
        return `Die Datei ${file} gibt es nicht.`
      case 'undescribed':
        return `Neben ${file} sagt nichts, wie diese Datei sein muss. Legen Sie die latest*.yml der Version in denselben Ordner, und benennen Sie das Paket nicht um.`
      case 'damaged':
        return `${file} ist beschädigt oder nicht von Version ${problem.version}. Kopieren Sie die Datei noch einmal.`
      default:
        return problem satisfies never
    }
  },
  handing: ({ file, version }, handing) => {
    const whole = `${basename(file)} ist unbeschädigt: Andon ${version}.`
    const after = 'Starten Sie Andon danach neu.'
    switch (handing.kind) {
      case 'command':
        return `${whole} Installieren Sie es: ${handing.command} ${after}`
      case 'replace':
        return `${whole} Setzen Sie es an die Stelle des jetzigen: ${handing.command} ${after}`
      case 'unpack':
        return `${whole} Entpacken Sie es an die Stelle des jetzigen. ${after}`
      case 'foreign':
        return `${whole} Es ist nicht für dieses System.`
      default:
        return handing satisfies never
    }
  },
  diagnostics: (written) => {
    if (written.kind === 'unwritable') {
      return `${written.file} kann nicht geschrieben werden: ${written.why ?? 'Die Datei gibt es schon'}. Wählen Sie einen anderen Ort.`
    }
    const note = written.refused === null ? '' : `Die Konfiguration wird nicht angenommen: ${written.refused}\n`
    return `${note}Die Diagnose liegt in ${written.file}. Lesen Sie sie, bevor Sie sie jemandem schicken.`
  },
}

export const HELP_WORDS: Readonly<Record<Language, HelpWords>> = { en, de }
