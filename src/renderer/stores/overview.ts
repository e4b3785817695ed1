import { defineStore } from 'pinia'
import { ref } from 'vue'

/** What the overview is narrowed down to; kept here so that it is found again as it was left. */
export const useOverview = defineStore('overview', () => {
  const text = ref('')
  const abnormalOnly = ref(false)
  return { text, abnormalOnly }
})
