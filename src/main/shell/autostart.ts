import { join } from 'node:path'

/** What the system is to start at log-in. */
export interface LoginCommand {
  /** Absolute path of the program. */
  readonly program: string
  readonly args: readonly string[]
}

/**
 * The command that starts this panel at log-in: its settings come from the configuration file, which is only named where
 * it is not the usual one. An AppImage is started by its own file: what it unpacks into goes with it.
 */
export function loginCommand(
  execPath: string,
  env: NodeJS.ProcessEnv,
  configFile: string,
  usualConfigFile: string,
): LoginCommand {
  return {
    program: env['APPIMAGE'] || execPath,
    args: configFile === usualConfigFile ? [] : [`--config=${configFile}`],
  }
}

/** As Windows takes it: all in one line, which it splits at the spaces that do not stand within quotes. */
export function windowsCommand({ program, args }: LoginCommand): LoginCommand {
  return { program: quotedForWindows(program), args: args.map(quotedForWindows) }
}

const quotedForWindows = (text: string): string => (text.includes(' ') ? `"${text}"` : text)

/** Where a Linux desktop looks for what to start at log-in; see the XDG autostart specification. */
export function autostartFile(env: NodeJS.ProcessEnv, home: string): string {
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart', 'andon.desktop')
}

/** What stands in that file. */
export function autostartText({ program, args }: LoginCommand): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Andon',
    'Comment=Control panel of a machine',
    'Comment[de]=Bedienfeld einer Maschine',
    'Icon=andon',
    `Exec=${[program, ...args].map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/**
 * As the desktop entry specification has it: quoted, with a backslash before what the shell would read, which itself is
 * a backslash of a text value and so doubled; and a percent sign that is none of its codes is doubled too.
 */
function quoted(argument: string): string {
  const escaped = argument
    .replaceAll(/["`$\\]/g, String.raw`\$&`)
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
  return `"${escaped}"`
}
