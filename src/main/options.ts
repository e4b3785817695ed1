import { homedir } from 'node:os'
import { join } from 'node:path'
import { CONTROL_PREFIX, EVENTS_PER_SECOND } from '../core/plant.ts'
import { LOG_LEVELS } from './adapters/logger.ts'

/** One option of the command line. Those with a `key` may also stand in the configuration file under that key. */
export interface Option {
  readonly flag: string
  readonly value?: string
  readonly multiple?: true
  readonly key?: string
  readonly text: string
  readonly default: string
}

export const DEFAULT_EVENTS_SOCKET = '/tmp/statemachine-events.sock'
export const DEFAULT_UDP = '127.0.0.1:3003'

/** Where an application keeps what it writes, by the custom of each system. */
export function defaultDataDir(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home = homedir(),
): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Andon')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Andon')
  return join(env['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), 'andon')
}

/** Where its configuration is looked for; there need not be one. */
export function defaultConfigFile(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home = homedir(),
): string {
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Andon', 'andon.yaml')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Andon', 'andon.yaml')
  return join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'andon', 'andon.yaml')
}

export const OPTIONS = [
  { flag: 'headless', text: 'Serve browsers only, without a window.', default: 'a window where there is a display' },
  {
    flag: 'kiosk',
    key: 'kiosk',
    text: 'The whole display, kept awake, and no way out of it.',
    default: 'a window like any other',
  },
  {
    flag: 'autostart',
    key: 'autostart',
    text: 'Start when you log in; in the file, false undoes it.',
    default: 'as it was set last',
  },
  {
    flag: 'page',
    value: 'PATH',
    text: 'Page of the panel to show, like /alarms; a running panel shows it.',
    default: 'the page of the last time',
  },
  { flag: 'new-window', text: 'Show it in another window.', default: 'in the window that is there' },
  {
    flag: 'host',
    value: 'ADDRESS',
    key: 'host',
    text: 'Address to serve browsers on; beyond loopback only once there is an administrator.',
    default: '127.0.0.1',
  },
  { flag: 'port', value: 'PORT', key: 'port', text: 'Port to serve browsers on; 0 for any free one.', default: '3002' },
  {
    flag: 'allowed-host',
    value: 'NAME',
    multiple: true,
    key: 'allowed_hosts',
    text: 'Further name that browsers may call the panel by, or the origin of a proxy before it. Repeatable.',
    default: 'localhost, this computer’s name, its addresses',
  },
  {
    flag: 'tls',
    key: 'tls',
    text: 'Serve over HTTPS with a certificate that Andon makes and renews itself.',
    default: 'HTTP',
  },
  {
    flag: 'tls-certificate',
    value: 'FILE',
    key: 'tls_certificate',
    text: 'Serve over HTTPS with your own certificate: its chain (PEM).',
    default: 'none',
  },
  {
    flag: 'tls-key',
    value: 'FILE',
    key: 'tls_key',
    text: 'The private key of that certificate (PEM).',
    default: 'none',
  },
  {
    flag: 'http-redirect-port',
    value: 'PORT',
    key: 'http_redirect_port',
    text: 'With HTTPS: port on which plain HTTP is sent on to it.',
    default: 'none',
  },
  {
    flag: 'events-socket',
    value: 'PATH',
    multiple: true,
    key: 'events_sockets',
    text: 'Unix datagram socket that machine programs send events to. Repeatable.',
    default: `${DEFAULT_EVENTS_SOCKET}; none on Windows`,
  },
  { flag: 'socket-mode', value: 'MODE', key: 'socket_mode', text: 'File mode of those sockets.', default: '0660' },
  { flag: 'socket-group', value: 'GROUP', key: 'socket_group', text: 'Group of those sockets.', default: 'your own' },
  {
    flag: 'udp',
    value: 'HOST:PORT',
    multiple: true,
    key: 'udp',
    text: 'Loopback UDP address that machine programs send events to. Repeatable.',
    default: `${DEFAULT_UDP} where there are no Unix datagrams; none elsewhere`,
  },
  {
    flag: 'control-prefix',
    value: 'PREFIX',
    key: 'control_prefix',
    text: 'Commands go to the Unix datagram socket PREFIX<machine>.sock.',
    default: CONTROL_PREFIX,
  },
  {
    flag: 'stale-after',
    value: 'SECONDS',
    key: 'stale_after',
    text: 'Silence after which a machine is shown as stale.',
    default: '60',
  },
  {
    flag: 'machine-events-per-second',
    value: 'N',
    key: 'machine_events_per_second',
    text: 'Most events a second that are taken of one machine.',
    default: String(EVENTS_PER_SECOND),
  },
  {
    flag: 'local-display',
    value: 'WHO',
    key: 'local_display',
    text: 'Who acts at the window once there are accounts: open (anybody, as an operator) or sign-in.',
    default: 'open',
  },
  {
    flag: 'lock-after',
    value: 'MINUTES',
    key: 'lock_after',
    text: 'With sign-in at the window: locks it after so long without anybody doing anything; 0: never.',
    default: '10',
  },
  { flag: 'connections', value: 'N', key: 'connections', text: 'Most browsers at a time.', default: '100' },
  {
    flag: 'connections-per-address',
    value: 'N',
    key: 'connections_per_address',
    text: 'Most browsers at a time from one address.',
    default: '50',
  },
  {
    flag: 'connections-per-account',
    value: 'N',
    key: 'connections_per_account',
    text: 'Most browsers and programs at a time with one account.',
    default: '20',
  },
  {
    flag: 'sign-ins-per-account',
    value: 'N',
    key: 'sign_ins_per_account',
    text: 'Most browsers that one account is signed in with; one more ends the one used longest ago.',
    default: '10',
  },
  {
    flag: 'messages-per-second',
    value: 'N',
    key: 'messages_per_second',
    text: 'Most messages a second from one browser.',
    default: '100',
  },
  {
    flag: 'message-kib',
    value: 'KIB',
    key: 'message_kib',
    text: 'Largest message from a browser, and largest body of a request, KiB.',
    default: '64',
  },
  {
    flag: 'retention-days',
    value: 'DAYS',
    key: 'retention_days',
    text: 'How long events are kept.',
    default: '30',
  },
  {
    flag: 'retention-mib',
    value: 'MIB',
    key: 'retention_mib',
    text: 'How large the journal may be, MiB.',
    default: '2048',
  },
  {
    flag: 'trend-retention-days',
    value: 'DAYS',
    key: 'trend_retention_days',
    text: 'How long the values of tags are kept.',
    default: '90',
  },
  {
    flag: 'updates',
    value: 'URL',
    key: 'updates',
    text: 'Folder of releases on a web server, where the window looks for newer versions.',
    default: 'nowhere',
  },
  {
    flag: 'data-dir',
    value: 'DIR',
    key: 'data_dir',
    text: 'Folder for the journal and the accounts.',
    default: defaultDataDir(),
  },
  {
    flag: 'config',
    value: 'FILE',
    text: 'Configuration file (YAML).',
    default: `${defaultConfigFile()}, if it exists`,
  },
  { flag: 'log-level', value: 'LEVEL', key: 'log_level', text: `${LOG_LEVELS.join(', ')}.`, default: 'info' },
  { flag: 'version', text: 'Print the version and exit.', default: '' },
  { flag: 'help', text: 'Print this and exit.', default: '' },
] as const satisfies readonly Option[]

/** The text of `--help`. */
export function helpText(): string {
  const lines = OPTIONS.map((option: Option) => {
    const head = `  --${option.flag}${option.value === undefined ? '' : ` ${option.value}`}`
    const tail = option.default === '' ? '' : ` (default: ${option.default})`
    return `${head.padEnd(29)} ${option.text}${tail}`
  })
  return `Andon, the control panel of a machine.\n\nOptions:\n${lines.join('\n')}\n`
}
