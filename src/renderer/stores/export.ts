import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ExportProgress, fileNameOf } from '../model/export-progress.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { type FileSink, openSink } from '../model/save-file.ts'
import { useClock } from './clock.ts'
import { useHistory } from './history.ts'

export const EXPORT_FORMATS = ['csv', 'ndjson'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export type ExportState =
  | { readonly kind: 'idle' }
  /** `fraction`: 0 to 1; null where nobody knows. */
  | { readonly kind: 'running'; readonly fraction: number | null; readonly events: number }
  | { readonly kind: 'done'; readonly events: number; readonly bytes: number; readonly name: string }
  | { readonly kind: 'failed'; readonly fault: HistoryFault }

/** One export at a time; it goes on while the person looks at something else. */
export const useExport = defineStore('export', () => {
  const { api } = useHistory()
  const clock = useClock()
  const format = ref<ExportFormat>('csv')
  const state = shallowRef<ExportState>({ kind: 'idle' })
  const running = computed(() => state.value.kind === 'running')
  let abort = new AbortController()

  /** `query`: which events, as the journal is asked for them. */
  async function start(query: URLSearchParams): Promise<void> {
    abort = new AbortController()
    const { signal } = abort
    query.set('format', format.value)
    // What is shown ends with the replayed moment, and so does what is exported.
    if (clock.replayed !== null && !query.has('to')) query.set('to', String(Math.floor(clock.replayed)))
    const heads = format.value === 'csv' ? 1 : 0
    let sink: FileSink | null = null
    state.value = { kind: 'running', fraction: null, events: 0 }
    try {
      const response = await api.export(query, signal)
      const name = fileNameOf(response.headers.get('Content-Disposition'), `andon-events.${format.value}`)
      const offset = (end: string): number => Number(response.headers.get(`X-Andon-${end}-Offset`)) || 0
      const progress = new ExportProgress(offset('First'), offset('Last'))
      sink = await openSink(name)
      const reader = response.body?.getReader()
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        progress.take(part.value)
        await sink.write(part.value)
        if (signal.aborted) break
        const { fraction, lines } = progress
        state.value = { kind: 'running', fraction, events: Math.max(0, lines - heads) }
      }
      signal.throwIfAborted()
      await sink.close()
      sink = null
      const { bytes, lines } = progress
      state.value = { kind: 'done', events: Math.max(0, lines - heads), bytes, name }
    } catch (error) {
      const stopped = signal.aborted || historyFault(error) === null
      // Also where it was the person who closed the dialog: nobody is to go on sending.
      abort.abort()
      await sink?.abort()
      state.value = stopped ? { kind: 'idle' } : { kind: 'failed', fault: historyFault(error) ?? 'failed' }
    }
  }

  return { format, state, running, start, cancel: (): void => abort.abort() }
})
