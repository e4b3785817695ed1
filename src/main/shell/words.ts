import type { Language } from '../../shared/language.ts'
import type { UnderWay } from './quit-rules.ts'

/** What the shell says outside of its pages, in one language. */
export interface ShellWords {
  readonly quitTitle: string
  readonly quitDetail: (broken: UnderWay) => string
  readonly quitYes: string
  readonly quitNo: string
}

/** At most three names, and how many more there are. */
function names(all: readonly string[], more: (count: number) => string): string {
  const rest = all.length - 3
  return rest > 0 ? `${all.slice(0, 3).join(', ')} ${more(rest)}` : all.join(', ')
}

const en: ShellWords = {
  quitTitle: 'Quit Andon?',
  quitDetail: ({ commands, controlled }) =>
    [
      ...(commands > 0
        ? [`${commands === 1 ? 'One command is' : `${commands} commands are`} under way: nobody will see how it ends.`]
        : []),
      ...(controlled.length > 0
        ? [`This display has control of ${names(controlled, (count) => `and ${count} more`)}: it will be given back.`]
        : []),
      'Machines run on, but are not heard, recorded or shown until Andon is started again.',
    ].join('\n'),
  quitYes: 'Quit',
  quitNo: 'Keep running',
}

const de: ShellWords = {
  quitTitle: 'Andon beenden?',
  quitDetail: ({ commands, controlled }) =>
    [
      ...(commands > 0
        ? [
            `${commands === 1 ? 'Ein Befehl ist' : `${commands} Befehle sind`} unterwegs: Niemand sieht, wie das ausgeht.`,
          ]
        : []),
      ...(controlled.length > 0
        ? [`Diese Anzeige steuert ${names(controlled, (count) => `und ${count} weitere`)}: Das wird abgegeben.`]
        : []),
      'Maschinen laufen weiter, werden aber bis zum nächsten Start von Andon nicht gehört, aufgezeichnet oder gezeigt.',
    ].join('\n'),
  quitYes: 'Beenden',
  quitNo: 'Weiterlaufen lassen',
}

export const SHELL_WORDS: Readonly<Record<Language, ShellWords>> = { en, de }
