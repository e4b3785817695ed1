import Type from 'typebox'
import { isLoopback } from './adapters/origin.ts'
import { UsageError } from './usage-error.ts'

/** Where newer versions are looked for, as it stands in the configuration file. */
export const UpdatesSchema = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      title: 'Address',
      description: 'Folder of the releases on a web server: HTTPS, or HTTP on this computer. No password in it.',
    }),
    channel: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9-]{0,31}$',
        title: 'Channel',
        description: 'Which of the releases there. Default: latest',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'Updates',
    description: 'Where the window looks for newer versions. Default: nowhere; nothing is asked of the network',
  },
)
export type Updates = Type.Static<typeof UpdatesSchema>

/** Checked. Throws a {@link UsageError}: whoever can change what comes from there runs programs here. */
export function updatesConfig({ url, channel }: Updates): Updates {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isSafe = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(parsed.hostname))
  if (!parsed || !isSafe || parsed.username !== '' || parsed.password !== '') {
    throw new UsageError(
      `--updates ${parsed ? parsed.host : url}: must be an address like https://releases.example/andon/, without a name or password in it.`,
    )
  }
  return { url: parsed.href, ...(channel === undefined ? {} : { channel }) }
}
