import { ref } from 'vue'
import { fileNameOf } from '../model/export-progress.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { type FileSink, openSink } from '../model/save-file.ts'
import { trendPicture, type PictureText } from '../model/trend-picture.ts'
import { useHistory } from '../stores/history.ts'
import { useTrends } from '../stores/trends.ts'

/** What is shown, as a file: the picture as it is, or every value as it came. */
export function useTrendFile() {
  const { api } = useHistory()
  const trends = useTrends()
  const saving = ref(false)
  const fault = ref<HistoryFault | null>(null)

  async function guarded(run: (hold: (sink: FileSink) => FileSink) => Promise<void>): Promise<void> {
    let sink: FileSink | null = null
    saving.value = true
    fault.value = null
    try {
      await run((opened) => (sink = opened))
    } catch (error) {
      // Half a file is none. Closing the dialog is no fault.
      await (sink as FileSink | null)?.abort()
      fault.value = historyFault(error)
    } finally {
      saving.value = false
    }
  }

  const saveCsv = (): Promise<void> =>
    guarded(async (hold) => {
      const { from, to } = trends.window
      const query = new URLSearchParams({ format: 'csv', from: String(Math.floor(from)), to: String(Math.ceil(to)) })
      for (const tag of trends.view.tags) query.append('tag', tag)
      const response = await api.trendFile(query, new AbortController().signal)
      const sink = hold(await openSink(fileNameOf(response.headers.get('Content-Disposition'), 'andon-trends.csv')))
      const reader = response.body?.getReader()
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
        await sink.write(part.value)
      await sink.close()
    })

  const savePicture = (chart: HTMLCanvasElement, text: PictureText): Promise<void> =>
    guarded(async (hold) => {
      const picture = await trendPicture(chart, text)
      const stamp = new Date(trends.window.to).toISOString().replaceAll(/[:.]/g, '-')
      const sink = hold(await openSink(`andon-trends-${stamp}.png`))
      await sink.write(new Uint8Array(await picture.arrayBuffer()))
      await sink.close()
    })

  return { saving, fault, saveCsv, savePicture }
}
