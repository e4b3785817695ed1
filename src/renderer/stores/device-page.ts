import { defineStore } from 'pinia'
import { ref } from 'vue'

/** What the list of devices is narrowed down to; kept here so that it is found again as it was left. */
export const useDevicePage = defineStore('device-page', () => {
  const text = ref('')
  return { text }
})
