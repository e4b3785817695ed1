@echo off
rem Starts the panel without a window, from wherever this archive was unpacked.
setlocal
if "%ANDON_NODE%"=="" set ANDON_NODE=node
"%ANDON_NODE%" "%~dp0out\main\headless.js" %*
