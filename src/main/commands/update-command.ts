import { HELP_WORDS } from '../shell/help-words.ts'
import { installing, UpdateFileError, verifyUpdateFile } from '../shell/update-file.ts'
import { UsageError } from '../usage-error.ts'
import type { CommandEnd } from './command-end.ts'

/** `update FILE`: says whether a package is whole and how it is installed; for plants without internet. Installs nothing. */
export async function updateCommand(
  args: readonly string[],
  platform: NodeJS.Platform = process.platform,
): Promise<CommandEnd> {
  const [path, ...more] = args
  if (path === undefined || path.startsWith('-') || more.length > 0) throw new UsageError('Write: update FILE')
  try {
    const update = await verifyUpdateFile(path)
    const how = installing(update, platform)
    const text =
      how.kind === 'open'
        ? `${update.file} is whole: Andon ${update.version}. Open it to install it.`
        : HELP_WORDS.en.handing(update, how)
    return { code: 0, text: `${text}\n` }
  } catch (error) {
    if (error instanceof UpdateFileError)
      return { code: 1, text: `andon: ${HELP_WORDS.en.fileProblem(error.problem)}\n` }
    throw error
  }
}
