# Made from the program by docs/make_completions.py; do not edit.
# The words: `_kie_offers KEY` sets the array offers, for each word "WORD" or "WORD<tab>MEANING".
_kie_offers() {
  case $1 in
    'commands ') offers=(adopt batch completion create credits doctor download forget gallery help list models open show spend status upload wait config sandbox webhook ls) ;;
    'commands config') offers=(set get unset list path) ;;
    'commands sandbox') offers=(serve) ;;
    'commands webhook') offers=(verify listen) ;;
    'flags adopt') offers=(--for --force --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument adopt 0') offers=(@tasks) ;;
    'flags batch') offers=(--prompt -p --prompt-file -f --negative-prompt --image -i --mask --video --audio --first-frame --last-frame --reference --model -m --aspect-ratio -a --resolution -r --duration --count --seed --param -P --input --callback-url --download -d --output -o --force --concurrency --keep-going --fail-fast --shard --max-credits --yes -y --dry-run --no-validate --timeout --interval --label --github-output --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument batch 0') offers=(@files) ;;
    'flags completion') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument completion 0') offers=(bash zsh fish powershell) ;;
    'flags create') offers=(--prompt -p --prompt-file -f --negative-prompt --image -i --mask --video --audio --first-frame --last-frame --reference --model -m --aspect-ratio -a --resolution -r --duration --count --seed --param -P --input --callback-url --wait -w --download -d --output -o --force --timeout --interval --label --once --max-credits --dry-run --print-curl --no-validate --open --github-output --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags credits') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags doctor') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags download') offers=(--unsaved --output -o --force --github-output --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument download '*) offers=(@tasks) ;;
    'flags forget') offers=(--before --force --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument forget '*) offers=(@tasks @intents) ;;
    'flags gallery') offers=(--output -o --open --since --label --limit -n --force --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags help') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument help 0') offers=(exit-codes environment scripting sandbox adopt batch completion config create credits doctor download forget gallery help list models open sandbox show spend status upload wait webhook) ;;
    'flags list'|'flags ls') offers=(--since --state --model -m --label --unknown --limit -n --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags models') offers=(--media --task --vendor --search --status --refresh --all --diff --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument models 0') offers=(@models) ;;
    'flags open') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument open '*) offers=(@tasks) ;;
    'flags show') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument show 0') offers=(@tasks) ;;
    'flags spend') offers=(--by --since --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags status') offers=(--exit-status --raw --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument status '*) offers=(@tasks) ;;
    'flags upload') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument upload '*) offers=(@files) ;;
    'flags wait') offers=(--last --pending --label --any --fail-fast --download -d --output -o --force --timeout --interval --github-output --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument wait '*) offers=(@tasks) ;;
    'flags config set') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument config set 0') offers=(@keys) ;;
    'argument config set 1') offers=(@none) ;;
    'flags config get') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument config get 0') offers=(@keys) ;;
    'flags config unset') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument config unset 0') offers=(@keys) ;;
    'flags config list') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags config path') offers=(--json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags sandbox serve') offers=(--port --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'flags webhook verify') offers=(--header -H --headers --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'argument webhook verify 0') offers=(@files) ;;
    'flags webhook listen') offers=(--port --exec --count --timeout --json --quiet -q --verbose -v --no-input --color --sandbox --help) ;;
    'option '*' --for') offers=(@intents) ;;
    'option '*' --color') offers=(auto always never) ;;
    'option '*' -p'|'option '*' --prompt'|'option '*' --negative-prompt'|'option webhook listen --count'|'option '*' --seed'|'option '*' --callback-url'|'option batch -o'|'option batch --output'|'option '*' --concurrency'|'option '*' --shard'|'option '*' --max-credits'|'option '*' --timeout'|'option '*' --interval'|'option '*' --label'|'option '*' --once'|'option '*' --before'|'option '*' --since'|'option '*' -n'|'option '*' --limit'|'option '*' --task'|'option '*' --vendor'|'option '*' --search'|'option '*' --port'|'option '*' -H'|'option '*' --header'|'option '*' --exec') offers=(@none) ;;
    'option '*' -f'|'option '*' --prompt-file'|'option '*' -i'|'option '*' --image'|'option '*' --mask'|'option '*' --video'|'option '*' --audio'|'option '*' --first-frame'|'option '*' --last-frame'|'option '*' --reference'|'option '*' --input'|'option create -o'|'option download -o'|'option gallery -o'|'option wait -o'|'option create --output'|'option download --output'|'option gallery --output'|'option wait --output'|'option '*' --headers') offers=(@files) ;;
    'option '*' -m'|'option '*' --model') offers=(@models) ;;
    'option '*' -a'|'option '*' --aspect-ratio') offers=(@values --aspect-ratio) ;;
    'option '*' -r'|'option '*' --resolution') offers=(@values --resolution) ;;
    'option '*' --duration') offers=(@values --duration) ;;
    'option batch --count'|'option create --count') offers=(@values --count) ;;
    'option '*' -P'|'option '*' --param') offers=(@values --param) ;;
    'option '*' --state') offers=(success fail waiting unknown) ;;
    'option '*' --media') offers=(image video audio text) ;;
    'option '*' --status') offers=(listed new gone delisted) ;;
    'option '*' --by') offers=(day model label) ;;
    'keys') offers=(token token_command model timeout output_dir callback_url webhook_key base_url upload_url record_prompts rate_limit ask_above max_credits_per_task max_credits_per_day) ;;
    'models') offers=(4o-image-api ai-music-api/add-instrumental ai-music-api/add-vocals ai-music-api/boost-music-style ai-music-api/check-voice ai-music-api/convert-to-wav-format ai-music-api/cover-generate ai-music-api/create-music-video ai-music-api/create-voice ai-music-api/extend ai-music-api/generate ai-music-api/generate-lyrics ai-music-api/generate-midi-from-audio ai-music-api/generate-persona ai-music-api/mashup ai-music-api/regenerate-phrase ai-music-api/replace-section ai-music-api/separate-vocals ai-music-api/sounds ai-music-api/suno-recovery-audio ai-music-api/timeStamped-lyrics ai-music-api/upload-and-cover-audio ai-music-api/upload-and-extend-audio ai-music-api/validation-phrase bytedance/seedance-1.5-pro bytedance/seedance-2 bytedance/seedance-2-5 bytedance/seedance-2-fast bytedance/seedance-2-mini bytedance/seedream bytedance/seedream-v4-edit bytedance/seedream-v4-text-to-image bytedance/v1-lite-image-to-video bytedance/v1-lite-text-to-video bytedance/v1-pro-fast-image-to-video bytedance/v1-pro-image-to-video bytedance/v1-pro-text-to-video elevenlabs/audio-isolation elevenlabs/sound-effect-v2 elevenlabs/speech-to-text elevenlabs/text-to-dialogue-v3 elevenlabs/text-to-speech-multilingual-v2 elevenlabs/text-to-speech-turbo-2-5 flux-2/flex-image-to-image flux-2/flex-text-to-image flux-2/pro-image-to-image flux-2/pro-text-to-image flux1-kontext gemini-omni-video google/gemini-2-5-pro-tts google/gemini-3-1-flash-tts google/gemini-3-8-flash-lite-tts google/gemini-3-8-flash-tts google/gemini-omni-flash-1-1 google/imagen4 google/imagen4-fast google/imagen4-ultra google/nano-banana google/nano-banana-edit gpt-image-2-5-flare-image-to-image gpt-image-2-5-flare-text-to-image gpt-image-2-5-sunburst-image-to-image gpt-image-2-5-sunburst-text-to-image gpt-image-2-image-to-image gpt-image-2-text-to-image gpt-image/1.5-image-to-image gpt-image/1.5-text-to-image grok-imagine-image-2-0/image-edit grok-imagine-image-2-0/segment-edit grok-imagine-image-2-0/segment-map grok-imagine-image-2-0/text-to-image grok-imagine-video-1-5-preview grok-imagine/extend grok-imagine/image-to-image grok-imagine/image-to-video grok-imagine/text-to-image grok-imagine/text-to-video grok-imagine/upscale hailuo/02-image-to-video-pro hailuo/02-image-to-video-standard hailuo/02-text-to-video-pro hailuo/02-text-to-video-standard hailuo/2-3-image-to-video-pro hailuo/2-3-image-to-video-standard happyhorse-1-1/image-to-video happyhorse-1-1/reference-to-video happyhorse-1-1/text-to-video happyhorse/image-to-video happyhorse/reference-to-video happyhorse/text-to-video happyhorse/video-edit ideogram/character ideogram/character-edit ideogram/character-remix ideogram/v3-edit ideogram/v3-reframe ideogram/v3-remix ideogram/v3-text-to-image infinitalk/from-audio kling-2.6/image-to-video kling-2.6/motion-control kling-2.6/text-to-video kling-3.0-omni/image-to-video kling-3.0-omni/reference-to-video kling-3.0-omni/text-to-video kling-3.0-omni/transformation kling-3.0/motion-control kling-3.0/video kling/ai-avatar-pro kling/ai-avatar-standard kling/v2-1-master-image-to-video kling/v2-1-master-text-to-video kling/v2-1-pro kling/v2-1-standard kling/v2-5-turbo-image-to-video-pro kling/v2-5-turbo-text-to-video-pro kling/v3-turbo-image-to-video kling/v3-turbo-text-to-video minimax-h3/image-to-video minimax-h3/reference-to-video minimax-h3/text-to-video nano-banana-2 nano-banana-2-1 nano-banana-2-lite nano-banana-pro omnihuman-1-5 omnihuman-1-5/human-identification omnihuman-1-5/subject-detection pixverse-v6/extend pixverse-v6/image-to-video pixverse-v6/reference-to-video pixverse-v6/text-to-video pixverse-v6/transition qwen/image-edit qwen/image-to-image qwen/text-to-image qwen2-1/image-to-image qwen2-1/text-to-image qwen2/image-edit qwen2/text-to-image qwen3/image-to-image qwen3/pro-image-to-image qwen3/pro-text-to-image qwen3/text-to-image recraft/crisp-upscale recraft/remove-background runway runway/extend-ai-video seedream/4.5-edit seedream/4.5-text-to-image seedream/5-flash-image-to-image seedream/5-flash-layer-decomposition seedream/5-flash-text-to-image seedream/5-lite-image-to-image seedream/5-lite-text-to-image seedream/5-pro-image-to-image seedream/5-pro-layer-decomposition seedream/5-pro-text-to-image sora-2-characters sora-2-characters-pro sora-2-image-to-video sora-2-pro-image-to-video sora-2-pro-storyboard sora-2-pro-text-to-video sora-2-text-to-video sora-watermark-remover topaz/image-upscale topaz/video-upscale veo-3-1 veo/extend veo/get-1080p-video veo/get-4k-video volcengine/video-to-video-lip-sync wan/2-2-a14b-image-to-video-turbo wan/2-2-a14b-speech-to-video-turbo wan/2-2-a14b-text-to-video-turbo wan/2-2-animate-move wan/2-2-animate-replace wan/2-5-image-to-video wan/2-5-text-to-video wan/2-6-flash-image-to-video wan/2-6-flash-video-to-video wan/2-6-image-to-video wan/2-6-text-to-video wan/2-6-video-to-video wan/2-7-image wan/2-7-image-pro wan/2-7-image-to-video wan/2-7-r2v wan/2-7-text-to-video wan/2-7-videoedit wan/3-0-video wan/3-0-video-prime z-image elevenlabs flux flux-2 flux-kontext gemini-omni gpt-image gpt-image-2 grok-imagine grok-video hailuo happyhorse ideogram imagen infinitalk kling lip-sync lyrics minimax-h3 nano-banana omnihuman pixverse qwen remove-background seedance seedream suno upscale veo video-upscale wan) ;;
    *) offers=() ;;
  esac
}
_kie_values() {
  offers=()
  case $1 in
    --aspect-ratio) case $2 in
      '4o-image-api') offers=(1:1 3:2 2:3) ;;
      'bytedance/seedance-1.5-pro') offers=(1:1 4:3 3:4 16:9 9:16 21:9) ;;
      'bytedance/seedance-2'|'bytedance/seedance-2-5'|'bytedance/seedance-2-fast'|'bytedance/seedance-2-mini'|'seedance') offers=(auto 1:1 4:3 3:4 16:9 9:16 21:9) ;;
      'bytedance/seedream'|'ideogram/character'|'ideogram/character-remix'|'ideogram/v3-reframe'|'ideogram/v3-remix'|'ideogram/v3-text-to-image'|'qwen/image-edit'|'qwen/text-to-image'|'ideogram') offers=(1:1 3:4 9:16 4:3 16:9 square) ;;
      'bytedance/seedream-v4-edit'|'bytedance/seedream-v4-text-to-image') offers=(1:1 3:4 2:3 9:16 4:3 3:2 16:9 21:9 square) ;;
      'bytedance/v1-lite-text-to-video') offers=(16:9 4:3 1:1 3:4 9:16 9:21) ;;
      'bytedance/v1-pro-text-to-video'|'flux1-kontext'|'minimax-h3/text-to-video'|'flux-kontext'|'hailuo'|'minimax-h3') offers=(21:9 16:9 4:3 1:1 3:4 9:16) ;;
      'flux-2/flex-image-to-image'|'flux-2/pro-image-to-image'|'flux'|'flux-2') offers=(1:1 4:3 3:4 16:9 9:16 3:2 2:3 auto) ;;
      'flux-2/flex-text-to-image'|'flux-2/pro-text-to-image') offers=(1:1 4:3 3:4 16:9 9:16 3:2 2:3) ;;
      'gemini-omni-video'|'google/gemini-omni-flash-1-1'|'wan/2-2-a14b-text-to-video-turbo'|'gemini-omni') offers=(16:9 9:16) ;;
      'google/imagen4'|'google/imagen4-fast'|'google/imagen4-ultra'|'imagen') offers=(1:1 16:9 9:16 3:4 4:3 auto) ;;
      'google/nano-banana'|'google/nano-banana-edit') offers=(1:1 9:16 16:9 3:4 4:3 3:2 2:3 5:4 4:5 21:9 auto) ;;
      'gpt-image-2-5-flare-image-to-image'|'gpt-image-2-5-flare-text-to-image'|'gpt-image-2-5-sunburst-image-to-image'|'gpt-image-2-5-sunburst-text-to-image'|'gpt-image') offers=(auto 1:1 3:2 2:3 4:3 3:4 16:9 9:16 21:9 27:16 16:27 9:8 8:9) ;;
      'gpt-image-2-image-to-image'|'gpt-image-2-text-to-image'|'gpt-image-2') offers=(auto 1:1 3:2 2:3 4:3 3:4 5:4 4:5 16:9 9:16 2:1 1:2 3:1 1:3 21:9 9:21) ;;
      'gpt-image/1.5-image-to-image'|'gpt-image/1.5-text-to-image') offers=(1:1 2:3 3:2) ;;
      'grok-imagine-image-2-0/image-edit'|'grok-imagine') offers=(1:1 2:3 3:2 16:9 9:16 auto) ;;
      'grok-imagine-image-2-0/text-to-image') offers=(1:1 2:3 3:2 16:9 9:16) ;;
      'grok-imagine-video-1-5-preview') offers=(1:1 16:9 9:16 3:2 2:3 auto) ;;
      'grok-imagine/image-to-video'|'grok-imagine/text-to-image'|'grok-imagine/text-to-video'|'grok-video') offers=(2:3 3:2 1:1 16:9 9:16) ;;
      'happyhorse-1-1/reference-to-video') offers=(16:9 9:16 3:4 4:3 4:5 5:4 1:1 9:21 21:9) ;;
      'happyhorse-1-1/text-to-video'|'happyhorse') offers=(16:9 9:16 1:1 4:3 3:4 4:5 5:4 9:21 21:9) ;;
      'happyhorse/reference-to-video'|'happyhorse/text-to-video'|'wan/2-7-r2v'|'wan/2-7-text-to-video'|'wan/2-7-videoedit') offers=(16:9 9:16 1:1 4:3 3:4) ;;
      'kling-2.6/text-to-video') offers=(1:1 16:9 9:16) ;;
      'kling-3.0-omni/image-to-video'|'kling-3.0-omni/reference-to-video'|'kling-3.0-omni/transformation') offers=(16:9 9:16 1:1 auto) ;;
      'kling-3.0-omni/text-to-video'|'kling-3.0/video'|'kling/v2-1-master-text-to-video'|'kling/v2-5-turbo-text-to-video-pro'|'wan/2-5-text-to-video') offers=(16:9 9:16 1:1) ;;
      'kling/v3-turbo-text-to-video'|'kling') offers=(1:1 9:16 16:9) ;;
      'minimax-h3/reference-to-video') offers=(auto 21:9 16:9 4:3 1:1 3:4 9:16) ;;
      'nano-banana-2'|'nano-banana-2-1'|'nano-banana') offers=(1:1 2:3 3:2 1:4 4:1 3:4 4:3 4:5 5:4 1:8 8:1 9:16 16:9 21:9 auto) ;;
      'nano-banana-2-lite') offers=(1:1 1:4 1:8 2:3 3:2 3:4 4:1 4:3 4:5 5:4 8:1 9:16 16:9 21:9 auto) ;;
      'nano-banana-pro') offers=(1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9 auto) ;;
      'pixverse-v6/reference-to-video'|'pixverse-v6/text-to-video'|'pixverse') offers=(16:9 4:3 1:1 3:4 9:16 2:3 3:2 21:9) ;;
      'qwen2-1/image-to-image') offers=(auto 1:1 4:3 3:4 3:2 2:3 16:9 9:16 21:9 9:21) ;;
      'qwen2-1/text-to-image') offers=(1:1 4:3 3:4 3:2 2:3 16:9 9:16 21:9 9:21) ;;
      'qwen2/image-edit') offers=(1:1 2:3 3:2 3:4 4:3 9:16 16:9 21:9) ;;
      'qwen2/text-to-image') offers=(1:1 3:4 4:3 9:16 16:9) ;;
      'qwen3/image-to-image'|'qwen3/pro-image-to-image'|'qwen3/pro-text-to-image'|'qwen3/text-to-image'|'qwen') offers=(1:1 3:2 2:3 4:3 3:4 16:9 9:16 21:9) ;;
      'runway') offers=(16:9 4:3 1:1 3:4 9:16) ;;
      'seedream/4.5-edit'|'seedream/4.5-text-to-image'|'seedream/5-flash-image-to-image'|'seedream/5-flash-text-to-image'|'seedream/5-lite-image-to-image'|'seedream/5-lite-text-to-image'|'seedream/5-pro-image-to-image'|'seedream/5-pro-text-to-image'|'seedream') offers=(1:1 4:3 3:4 16:9 9:16 2:3 3:2 21:9) ;;
      'sora-2-image-to-video'|'sora-2-pro-image-to-video'|'sora-2-pro-storyboard'|'sora-2-pro-text-to-video'|'sora-2-text-to-video') offers=(portrait landscape) ;;
      'veo-3-1'|'veo') offers=(16:9 9:16 Auto) ;;
      'wan/2-7-image'|'wan/2-7-image-pro') offers=(1:1 16:9 4:3 21:9 3:4 9:16 8:1 1:8) ;;
      'wan/3-0-video'|'wan/3-0-video-prime'|'wan') offers=(auto 16:9 4:3 1:1 3:4 9:16) ;;
      'z-image') offers=(1:1 4:3 3:4 16:9 9:16) ;;
      '') offers=(Auto auto landscape portrait square 1:1 1:2 1:3 1:4 1:8 2:1 2:3 3:1 3:2 3:4 4:1 4:3 4:5 5:4 8:1 8:9 9:8 9:16 9:21 16:9 16:27 21:9 27:16) ;;
      *) offers=() ;;
    esac ;;
    --count) case $2 in
      'ideogram/character'|'ideogram/character-edit'|'ideogram/character-remix'|'ideogram/v3-reframe'|'ideogram/v3-remix'|'qwen/image-edit'|'ideogram') offers=(1 2 3 4) ;;
      '') offers=(1 2 3 4) ;;
      *) offers=() ;;
    esac ;;
    --duration) case $2 in
      'bytedance/v1-lite-image-to-video'|'bytedance/v1-lite-text-to-video'|'bytedance/v1-pro-fast-image-to-video'|'bytedance/v1-pro-image-to-video'|'bytedance/v1-pro-text-to-video'|'kling-2.6/image-to-video'|'kling-2.6/text-to-video'|'kling/v2-1-master-image-to-video'|'kling/v2-1-master-text-to-video'|'kling/v2-1-pro'|'kling/v2-1-standard'|'kling/v2-5-turbo-image-to-video-pro'|'kling/v2-5-turbo-text-to-video-pro'|'runway'|'wan/2-5-image-to-video'|'wan/2-5-text-to-video'|'wan/2-6-flash-video-to-video'|'wan/2-6-video-to-video') offers=(5 10) ;;
      'gemini-omni-video'|'google/gemini-omni-flash-1-1'|'gemini-omni') offers=(4 6 8 10) ;;
      'hailuo/02-image-to-video-standard'|'hailuo/02-text-to-video-standard'|'hailuo/2-3-image-to-video-pro'|'hailuo/2-3-image-to-video-standard') offers=(6 10) ;;
      'kling-3.0-omni/image-to-video'|'kling-3.0-omni/reference-to-video'|'kling-3.0-omni/text-to-video'|'kling-3.0/video') offers=(3 4 5 6 7 8 9 10 11 12 13 14 15) ;;
      'minimax-h3/image-to-video'|'minimax-h3/reference-to-video'|'minimax-h3/text-to-video'|'hailuo'|'minimax-h3') offers=(4 5 6 7 8 9 10 11 12 13 14 15) ;;
      'sora-2-image-to-video'|'sora-2-pro-image-to-video'|'sora-2-pro-text-to-video'|'sora-2-text-to-video') offers=(10 15) ;;
      'sora-2-pro-storyboard') offers=(10 15 25) ;;
      'veo-3-1'|'veo') offers=(4 6 8) ;;
      'wan/2-6-flash-image-to-video'|'wan/2-6-image-to-video'|'wan/2-6-text-to-video') offers=(5 10 15) ;;
      '') offers=(3 4 5 6 7 8 9 10 11 12 13 14 15 25) ;;
      *) offers=() ;;
    esac ;;
    --param) case $2 in
      '4o-image-api') offers=('file_url@') ;;
      'ai-music-api/add-instrumental') offers=('title=' 'tags=' 'model=V4_5PLUS' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=') ;;
      'ai-music-api/add-vocals') offers=('title=' 'style=' 'lyrics=' 'model=V4_5PLUS' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=') ;;
      'ai-music-api/check-voice'|'ai-music-api/cover-generate'|'ai-music-api/regenerate-phrase'|'ai-music-api/suno-recovery-audio'|'grok-imagine-image-2-0/segment-map'|'grok-imagine/upscale') offers=('task_id=') ;;
      'ai-music-api/convert-to-wav-format'|'ai-music-api/generate-midi-from-audio'|'ai-music-api/timeStamped-lyrics') offers=('task_id=' 'audio_id=') ;;
      'ai-music-api/create-music-video') offers=('task_id=' 'audio_id=' 'author=' 'domain_name=') ;;
      'ai-music-api/create-voice') offers=('task_id=' 'voice_name=' 'description=' 'style=' 'singer_skill_level=beginner' 'singer_skill_level=intermediate' 'singer_skill_level=advanced' 'singer_skill_level=professional') ;;
      'ai-music-api/extend') offers=('audio_id=' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'style=' 'title=' 'continue_at=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona' 'instrumental=true' 'instrumental=false') ;;
      'ai-music-api/generate'|'suno') offers=('custom_mode=true' 'custom_mode=false' 'instrumental=true' 'instrumental=false' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'style=' 'title=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona') ;;
      'ai-music-api/generate-persona') offers=('task_id=' 'audio_id=' 'name=' 'description=' 'vocal_start=' 'vocal_end=' 'style=') ;;
      'ai-music-api/mashup') offers=('style=' 'title=' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona') ;;
      'ai-music-api/replace-section') offers=('tags=' 'title=' 'infill_start_s=' 'infill_end_s=' 'full_lyrics=' 'lyrics=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona' 'task_id=' 'audio_id=' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD') ;;
      'ai-music-api/separate-vocals') offers=('stem_name=Kick' 'stem_name=Snare' 'stem_name=Risers' 'stem_name=Bass' 'stem_name=Piano' 'stem_name=Percussion' 'stem_name=Synth' 'stem_name=Guitar' 'stem_name=Organ' 'stem_name=Keyboards' 'stem_name=Woodwinds' 'stem_name=Flute' 'stem_name=Harp' 'stem_name=Tambourine' 'stem_name=Trumpet' 'stem_name=Arpeggiator' 'stem_name=Accordion' 'stem_name=Fiddle' 'stem_name=Violin' 'stem_name=Mandolin' 'stem_name=Choir' 'stem_name=Banjo' 'stem_name=Bells' 'stem_name=Clarinet' 'stem_name=Trombone' 'stem_name=Shaker' 'stem_name=Glockenspiel' 'stem_name=Cello' 'stem_name=Timpani' 'stem_name=Harmonica' 'stem_name=Marimba' 'stem_name=Vibraphone' 'stem_name=Saxophone' 'stem_name=Orchestra' 'stem_name=Horns' 'stem_name=Cymbals' 'stem_name=Oboe' 'stem_name=Celesta' 'stem_name=Congas' 'stem_name=Drone' 'stem_name=Ukulele' 'stem_name=Harpsichord' 'stem_name=Xylophone' 'stem_name=Tuba' 'stem_name=Whistle' 'stem_name=Rhodes' 'stem_name=808' 'stem_name=Bongos' 'stem_name=Bassoon' 'stem_name=Cowbell' 'stem_name=Viola' 'stem_name=Sitar' 'stem_name=Piccolo' 'stem_name=Theremin' 'stem_name=Bagpipes' 'stem_name=Hi-Hat' 'stem_name=Melodica' 'stem_name=Tabla' 'stem_name=Koto' 'stem_name=Djembe' 'stem_name=Taiko' 'stem_name=Didgeridoo' 'type=separate_vocal' 'type=split_stem' 'type=split_stem_advanced' 'task_id=' 'audio_id=') ;;
      'ai-music-api/sounds') offers=('model=V5' 'model=V5_5' 'model=V6' 'model=V6_WILD' 'model=V6_MINI' 'sound_loop=true' 'sound_loop=false' 'sound_tempo=' 'sound_key=Cm' 'sound_key=Dm' 'sound_key=Em' 'sound_key=Fm' 'sound_key=Gm' 'sound_key=Am' 'sound_key=Bm' 'sound_key=C' 'sound_key=D' 'sound_key=E' 'sound_key=F' 'sound_key=G' 'sound_key=A' 'sound_key=B' 'grab_lyrics=true' 'grab_lyrics=false') ;;
      'ai-music-api/upload-and-cover-audio') offers=('instrumental=true' 'instrumental=false' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'style=' 'title=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=voice_persona' 'persona_model=style_persona') ;;
      'ai-music-api/upload-and-extend-audio') offers=('model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'instrumental=true' 'instrumental=false' 'lyrics=' 'style=' 'title=' 'continue_at=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona') ;;
      'ai-music-api/validation-phrase') offers=('vocal_start_s=' 'vocal_end_s=' 'language=') ;;
      'bytedance/seedance-1.5-pro') offers=('fixed_lens=true' 'fixed_lens=false' 'generate_audio=true' 'generate_audio=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'bytedance/seedance-2'|'bytedance/seedance-2-fast') offers=('return_last_frame=true' 'return_last_frame=false' 'generate_audio=true' 'generate_audio=false' 'web_search=true' 'web_search=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'bytedance/seedance-2-5'|'seedance') offers=('return_last_frame=true' 'return_last_frame=false' 'generate_audio=true' 'generate_audio=false' 'output_format=mp4' 'output_format=mov' 'web_search=true' 'web_search=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'bytedance/seedance-2-mini') offers=('generate_audio=true' 'generate_audio=false' 'web_search=true' 'web_search=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'bytedance/seedream') offers=('guidance_scale=') ;;
      'bytedance/seedream-v4-edit'|'bytedance/seedream-v4-text-to-image'|'bytedance/v1-pro-fast-image-to-video'|'flux-2/flex-image-to-image'|'flux-2/flex-text-to-image'|'flux-2/pro-image-to-image'|'flux-2/pro-text-to-image'|'grok-imagine-video-1-5-preview'|'grok-imagine/image-to-image'|'hailuo/2-3-image-to-video-pro'|'hailuo/2-3-image-to-video-standard'|'seedream/4.5-edit'|'seedream/4.5-text-to-image'|'wan/2-2-animate-move'|'wan/2-2-animate-replace'|'z-image'|'flux'|'flux-2') offers=('nsfw_checker=true' 'nsfw_checker=false') ;;
      'bytedance/v1-lite-image-to-video'|'bytedance/v1-lite-text-to-video'|'bytedance/v1-pro-image-to-video'|'bytedance/v1-pro-text-to-video') offers=('camera_fixed=true' 'camera_fixed=false' 'enable_safety_checker=true' 'enable_safety_checker=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'elevenlabs/sound-effect-v2') offers=('loop=true' 'loop=false' 'duration_seconds=' 'prompt_influence=' 'output_format=mp3_22050_32' 'output_format=mp3_44100_32' 'output_format=mp3_44100_64' 'output_format=mp3_44100_96' 'output_format=mp3_44100_128' 'output_format=mp3_44100_192' 'output_format=pcm_8000' 'output_format=pcm_16000' 'output_format=pcm_22050' 'output_format=pcm_24000' 'output_format=pcm_44100' 'output_format=pcm_48000' 'output_format=ulaw_8000' 'output_format=alaw_8000' 'output_format=opus_48000_32' 'output_format=opus_48000_64' 'output_format=opus_48000_96' 'output_format=opus_48000_128' 'output_format=opus_48000_192') ;;
      'elevenlabs/speech-to-text') offers=('language_code=' 'tag_audio_events=true' 'tag_audio_events=false' 'diarize=true' 'diarize=false') ;;
      'elevenlabs/text-to-dialogue-v3') offers=('dialogue=' 'stability=0' 'stability=0.5' 'stability=1' 'language_code=af' 'language_code=ar' 'language_code=hy' 'language_code=as' 'language_code=az' 'language_code=be' 'language_code=bn' 'language_code=bs' 'language_code=bg' 'language_code=ca' 'language_code=ceb' 'language_code=ny' 'language_code=hr' 'language_code=cs' 'language_code=da' 'language_code=nl' 'language_code=en' 'language_code=et' 'language_code=fil' 'language_code=fi' 'language_code=fr' 'language_code=gl' 'language_code=ka' 'language_code=de' 'language_code=el' 'language_code=gu' 'language_code=ha' 'language_code=he' 'language_code=hi' 'language_code=hu' 'language_code=is' 'language_code=id' 'language_code=ga' 'language_code=it' 'language_code=ja' 'language_code=jv' 'language_code=kn' 'language_code=kk' 'language_code=ky' 'language_code=ko' 'language_code=lv' 'language_code=ln' 'language_code=lt' 'language_code=lb' 'language_code=mk' 'language_code=ms' 'language_code=ml' 'language_code=zh' 'language_code=mr' 'language_code=ne' 'language_code=no' 'language_code=ps' 'language_code=fa' 'language_code=pl' 'language_code=pt' 'language_code=pa' 'language_code=ro' 'language_code=ru' 'language_code=sr' 'language_code=sd' 'language_code=sk' 'language_code=sl' 'language_code=so' 'language_code=es' 'language_code=sw' 'language_code=sv' 'language_code=ta' 'language_code=te' 'language_code=th' 'language_code=tr' 'language_code=uk' 'language_code=ur' 'language_code=vi' 'language_code=cy') ;;
      'elevenlabs/text-to-speech-multilingual-v2'|'elevenlabs/text-to-speech-turbo-2-5'|'elevenlabs') offers=('voice=EkK5I93UQWFDigLMpZcX' 'voice=Z3R5wn05IrDiVCyEkUrK' 'voice=NNl6r8mD7vthiJatiJt1' 'voice=YOq2y2Up4RgXP2HyXjE5' 'voice=B8gJV1IhpuegLxdpXFOE' 'voice=2zRM7PkgwBPiau2jvVXc' 'voice=1SM7GgM6IMuvQlz2BwM3' 'voice=5l5f8iK3YPeGga21rQIX' 'voice=scOwDtmlUjD3prqpp97I' 'voice=NOpBlnGInO9m6vDvFkFC' 'voice=BZgkqPqms7Kj9ulSkVzn' 'voice=wo6udizrrtpIxWGp2qJk' 'voice=gU0LNdkMOQCOrPrwtbee' 'voice=DGzg6RaUqxGRTHSBjfgF' 'voice=x70vRnQBMBu4FAYhjJbO' 'voice=Sm1seazb4gs7RSlUVw7c' 'voice=P1bg08DkjqiVEzOn76yG' 'voice=qDuRKMlYmrm8trt5QyBn' 'voice=qXpMhyvQqiRxWQs4qSSB' 'voice=TX3LPaxmHKxFdv7VOQHJ' 'voice=N2lVS1w4EtoT3dr4eOWO' 'voice=FGY2WhTYpPnrIDTdsKH5' 'voice=kPzsL2i3teMYv0FxEYQ6' 'voice=UgBBYS2sOqTuMpoF3BR0' 'voice=hpp4J3VqNfWAUOO0d1Us' 'voice=nPczCjzI2devNBz1zQrb' 'voice=uYXf8XasLslADfZ2MB4u' 'voice=gs0tAILXbY5DNrJrsM6F' 'voice=DTKMou8ccj1ZaWGBiotd' 'voice=vBKc2FfBKJfcZNyEt1n6' 'voice=DYkrAHD8iwork3YSUBbs' 'voice=56AoDkrOh6qfVPDXZ7Pt' 'voice=eR40ATw9ArzDf9h3v7t7' 'voice=g6xIsTj2HwM6VR4iXFCw' 'voice=lcMyyd2HUfFzxdCaC4Ta' 'voice=6aDn1KB0hjpdcocrUkmq' 'voice=Sq93GQT4X1lKDXsQcixO' 'voice=flHkNRp1BlvT73UL6gyz' 'voice=9yzdeviXkFddZ4Oz8Mok' 'voice=pPdl9cQBQq4p6mRkZy2Z' 'voice=zYcjlYFOd3taleS0gkk3' 'voice=nzeAacJi50IvxcyDnMXa' 'voice=ruirxsoakN0GWmGNIo04' 'voice=TC0Zp7WVFzhA8zpTlRqV' 'voice=ljo9gAlSqKOvF6D8sOsX' 'voice=PPzYpIqttlTYA83688JI' 'voice=8JVbfL6oEdmuxKn5DK2C' 'voice=iCrDUkL56s3C8sCRl7wb' 'voice=wJqPPQ618aTW29mptyoc' 'voice=EiNlNiXeDU1pqqOPrYMO' 'voice=4YYIPFl9wE5c4L2eu2Gb' 'voice=6F5Zhi321D3Oq7v1oNT4' 'voice=YXpFCvM1S3JbWEJhoskW' 'voice=LG95yZDEHg6fCZdQjLqj' 'voice=CeNX9CMwmxDxUF5Q2Inm' 'voice=aD6riP1btT197c6dACmy' 'voice=mtrellq69YZsNwzUSyXh' 'voice=dHd5gvgSOzSfduK4CvEg' 'voice=eVItLK1UvXctxuaRV2Oq' 'voice=esy0r39YPLQjOczyOib8' 'voice=Tsns2HvNFKfGiNjllgqo' 'voice=1U02n4nD6AdIZ9CjF053' 'voice=AeRdCCKzvd23BpJoofzx' 'voice=LruHrtVF6PSyGItzMNHS' 'voice=1wGbFxmAM3Fgw63G1zZJ' 'voice=hqfrgApggtO1785R4Fsn' 'voice=MJ0RnG71ty4LH3dvNfSd' 'stability=' 'similarity_boost=' 'style=' 'speed=' 'timestamps=true' 'timestamps=false' 'previous_text=' 'next_text=' 'language_code=') ;;
      'flux1-kontext'|'flux-kontext') offers=('enable_translation=true' 'enable_translation=false' 'upload_cn=true' 'upload_cn=false' 'output_format=jpeg' 'output_format=png' 'prompt_upsampling=true' 'prompt_upsampling=false' 'safety_tolerance=0' 'safety_tolerance=1' 'safety_tolerance=2' 'safety_tolerance=3' 'safety_tolerance=4' 'safety_tolerance=5' 'safety_tolerance=6' 'watermark=') ;;
      'gemini-omni-video'|'google/gemini-omni-flash-1-1'|'gemini-omni') offers=('audio_ids=' 'character_ids=') ;;
      'google/gemini-2-5-pro-tts'|'google/gemini-3-1-flash-tts') offers=('speakers=' 'dialogue_turns=' 'temperature=' 'scene=' 'sample_context=') ;;
      'google/gemini-3-8-flash-lite-tts') offers=('speakers=' 'dialogue_turns=' 'temperature=' 'filler_words=true' 'filler_words=false') ;;
      'google/nano-banana') offers=('output_format=png' 'output_format=jpeg' 'image_size=1:1' 'image_size=9:16' 'image_size=16:9' 'image_size=3:4' 'image_size=4:3' 'image_size=3:2' 'image_size=2:3' 'image_size=5:4' 'image_size=4:5' 'image_size=21:9' 'image_size=auto' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'google/nano-banana-edit') offers=('output_format=png' 'output_format=jpeg' 'image_size=1:1' 'image_size=9:16' 'image_size=16:9' 'image_size=3:4' 'image_size=4:3' 'image_size=3:2' 'image_size=2:3' 'image_size=5:4' 'image_size=4:5' 'image_size=21:9' 'image_size=auto') ;;
      'gpt-image-2-5-flare-image-to-image'|'gpt-image-2-5-flare-text-to-image'|'gpt-image-2-5-sunburst-image-to-image'|'gpt-image-2-5-sunburst-text-to-image'|'gpt-image-2-image-to-image'|'gpt-image-2-text-to-image'|'gpt-image'|'gpt-image-2') offers=('background=transparent' 'background=opaque' 'background=auto') ;;
      'gpt-image/1.5-image-to-image'|'gpt-image/1.5-text-to-image') offers=('quality=medium' 'quality=high') ;;
      'grok-imagine-image-2-0/segment-edit') offers=('task_id=' 'mask_indexs=') ;;
      'grok-imagine/extend') offers=('task_id=' 'extend_at=' 'extend_times=6' 'extend_times=10') ;;
      'grok-imagine/image-to-video') offers=('task_id=' 'index=' 'mode=fun' 'mode=normal' 'mode=spicy' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'grok-imagine/text-to-image') offers=('nsfw_checker=true' 'nsfw_checker=false' 'enable_pro=true' 'enable_pro=false') ;;
      'grok-imagine/text-to-video') offers=('mode=fun' 'mode=normal' 'mode=spicy' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'hailuo/02-image-to-video-pro'|'hailuo/02-image-to-video-standard'|'hailuo/02-text-to-video-pro'|'hailuo/02-text-to-video-standard') offers=('prompt_optimizer=true' 'prompt_optimizer=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'happyhorse/video-edit') offers=('audio_setting=auto' 'audio_setting=origin') ;;
      'ideogram/character'|'ideogram/character-edit') offers=('rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=REALISTIC' 'style=FICTION' 'expand_prompt=true' 'expand_prompt=false') ;;
      'ideogram/character-remix') offers=('rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=REALISTIC' 'style=FICTION' 'expand_prompt=true' 'expand_prompt=false' 'strength=' 'image_urls@') ;;
      'ideogram/v3-edit') offers=('rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'expand_prompt=true' 'expand_prompt=false') ;;
      'ideogram/v3-reframe') offers=('rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=GENERAL' 'style=REALISTIC' 'style=DESIGN') ;;
      'ideogram/v3-remix'|'ideogram') offers=('rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=GENERAL' 'style=REALISTIC' 'style=DESIGN' 'expand_prompt=true' 'expand_prompt=false' 'strength=') ;;
      'ideogram/v3-text-to-image') offers=('rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=GENERAL' 'style=REALISTIC' 'style=DESIGN' 'expand_prompt=true' 'expand_prompt=false') ;;
      'kling-2.6/image-to-video'|'kling-2.6/text-to-video') offers=('sound=true' 'sound=false') ;;
      'kling-2.6/motion-control') offers=('character_orientation=image' 'character_orientation=video') ;;
      'kling-3.0-omni/image-to-video'|'kling-3.0-omni/reference-to-video') offers=('audio=true' 'audio=false' 'customize_multi_shots=true' 'customize_multi_shots=false' 'prefer_multi_shots=true' 'prefer_multi_shots=false' 'multi_prompt=' 'elements=') ;;
      'kling-3.0-omni/text-to-video') offers=('customize_multi_shots=true' 'customize_multi_shots=false' 'prefer_multi_shots=true' 'prefer_multi_shots=false' 'multi_prompt=' 'elements=' 'audio=true' 'audio=false') ;;
      'kling-3.0-omni/transformation') offers=('audio=false' 'audio=true' 'elements=') ;;
      'kling-3.0/motion-control') offers=('character_orientation=video' 'character_orientation=image' 'background_source=input_video' 'background_source=input_image') ;;
      'kling-3.0/video') offers=('sound=true' 'sound=false' 'multi_shots=true' 'multi_shots=false' 'multi_prompt=' 'kling_elements=') ;;
      'kling/v2-1-master-image-to-video'|'kling/v2-1-master-text-to-video'|'kling/v2-1-pro'|'kling/v2-1-standard'|'kling/v2-5-turbo-image-to-video-pro'|'kling/v2-5-turbo-text-to-video-pro') offers=('cfg_scale=') ;;
      'nano-banana-2'|'nano-banana-2-1'|'nano-banana-pro'|'nano-banana') offers=('output_format=png' 'output_format=jpg') ;;
      'omnihuman-1-5'|'omnihuman') offers=('pe_fast_mode=true' 'pe_fast_mode=false') ;;
      'pixverse-v6/extend') offers=('generate_audio_switch=true' 'generate_audio_switch=false' 'taskId=') ;;
      'pixverse-v6/image-to-video'|'pixverse') offers=('generate_audio_switch=true' 'generate_audio_switch=false' 'generate_multi_clip_switch=true' 'generate_multi_clip_switch=false' 'template_id=412736208886848' 'template_id=411563216524736' 'template_id=411316927927040' 'template_id=411174903569216' 'template_id=410999246341952' 'template_id=408891141511104' 'template_id=410317363057408' 'template_id=410285445698304' 'template_id=410133101388544' 'template_id=409899296377728' 'template_id=408897485909952' 'template_id=408869061406656' 'template_id=408661207662528' 'template_id=409767750265728' 'template_id=409766559675264' 'template_id=409589071559552' 'template_id=407804339389760' 'template_id=407658863287616' 'template_id=407474361215744' 'template_id=407473438360320' 'template_id=407467702283008' 'template_id=385844572217469' 'template_id=406428904874432' 'template_id=406423682060736' 'template_id=406411724685760' 'template_id=406372274350528' 'template_id=406218913317312' 'template_id=406218479198656' 'template_id=406064763308480' 'template_id=406413607395776' 'template_id=405662117814720' 'template_id=406014934000064' 'template_id=405658369331648' 'template_id=405321470423488' 'template_id=405175211454656' 'template_id=404955806201792' 'template_id=404820147974080' 'template_id=398980393937856' 'template_id=403916646846400' 'template_id=403739217192896' 'template_id=403560060358144' 'template_id=403556618212098' 'template_id=398965022284579' 'template_id=402201060373270' 'template_id=403085292466285' 'template_id=402061828030966' 'template_id=402888569901524' 'template_id=402155676592228' 'template_id=402047865383360' 'template_id=402046136040202') ;;
      'pixverse-v6/reference-to-video'|'pixverse-v6/transition') offers=('generate_audio_switch=true' 'generate_audio_switch=false') ;;
      'pixverse-v6/text-to-video') offers=('generate_audio_switch=true' 'generate_audio_switch=false' 'generate_multi_clip_switch=true' 'generate_multi_clip_switch=false') ;;
      'qwen/image-edit') offers=('acceleration=none' 'acceleration=regular' 'acceleration=high' 'num_inference_steps=' 'guidance_scale=' 'sync_mode=true' 'sync_mode=false' 'enable_safety_checker=true' 'enable_safety_checker=false' 'output_format=jpeg' 'output_format=png' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'qwen/image-to-image') offers=('strength=' 'output_format=png' 'output_format=jpeg' 'acceleration=none' 'acceleration=regular' 'acceleration=high' 'num_inference_steps=' 'guidance_scale=' 'enable_safety_checker=true' 'enable_safety_checker=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'qwen/text-to-image') offers=('num_inference_steps=' 'guidance_scale=' 'enable_safety_checker=true' 'enable_safety_checker=false' 'output_format=png' 'output_format=jpeg' 'acceleration=none' 'acceleration=regular' 'acceleration=high' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'qwen2-1/image-to-image'|'qwen2-1/text-to-image') offers=('background=opaque' 'background=transparent' 'output_format=png' 'output_format=webp' 'output_format=jpeg' 'enhance_prompt=true' 'enhance_prompt=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'qwen2/image-edit'|'qwen2/text-to-image') offers=('output_format=jpeg' 'output_format=png' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'qwen3/image-to-image'|'qwen3/pro-image-to-image'|'qwen3/pro-text-to-image'|'qwen3/text-to-image'|'qwen') offers=('output_format=png' 'output_format=jpeg' 'prompt_extend=true' 'prompt_extend=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'runway') offers=('watermark=') ;;
      'runway/extend-ai-video'|'veo/extend') offers=('task_id=' 'watermark=') ;;
      'seedream/5-flash-image-to-image'|'seedream/5-flash-text-to-image'|'seedream/5-lite-image-to-image'|'seedream/5-lite-text-to-image'|'seedream/5-pro-image-to-image'|'seedream/5-pro-text-to-image'|'seedream') offers=('output_format=png' 'output_format=jpeg' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'seedream/5-flash-layer-decomposition'|'seedream/5-pro-layer-decomposition') offers=('output_format=png' 'output_format=jpeg') ;;
      'sora-2-characters') offers=('character_file_url=' 'character_prompt=' 'safety_instruction=') ;;
      'sora-2-characters-pro') offers=('origin_task_id=' 'timestamps=' 'character_prompt=' 'character_user_name=' 'safety_instruction=') ;;
      'sora-2-image-to-video'|'sora-2-text-to-video') offers=('upload_method=s3' 'upload_method=oss' 'remove_watermark=true' 'remove_watermark=false' 'character_id_list=') ;;
      'sora-2-pro-image-to-video') offers=('upload_method=oss' 'upload_method=s3' 'size=standard' 'size=high' 'remove_watermark=true' 'remove_watermark=false' 'character_id_list=') ;;
      'sora-2-pro-storyboard') offers=('upload_method=s3' 'upload_method=oss' 'shots=') ;;
      'sora-2-pro-text-to-video') offers=('upload_method=s3' 'upload_method=oss' 'size=standard' 'size=high' 'remove_watermark=true' 'remove_watermark=false' 'character_id_list=') ;;
      'sora-watermark-remover') offers=('upload_method=oss' 'upload_method=s3') ;;
      'topaz/image-upscale'|'topaz/video-upscale'|'upscale'|'video-upscale') offers=('upscale_factor=1' 'upscale_factor=2' 'upscale_factor=4') ;;
      'veo-3-1'|'veo') offers=('generation_type=TEXT_2_VIDEO' 'generation_type=FIRST_AND_LAST_FRAMES_2_VIDEO' 'generation_type=REFERENCE_2_VIDEO' 'enable_fallback=true' 'enable_fallback=false' 'enable_translation=true' 'enable_translation=false' 'watermark=') ;;
      'veo/get-1080p-video') offers=('taskId=' 'index=') ;;
      'veo/get-4k-video') offers=('task_id=' 'index=') ;;
      'volcengine/video-to-video-lip-sync'|'lip-sync') offers=('mode=lite' 'mode=basic' 'separate_vocal=true' 'separate_vocal=false' 'open_scenedet=true' 'open_scenedet=false' 'align_audio=true' 'align_audio=false' 'align_audio_reverse=true' 'align_audio_reverse=false' 'templ_start_seconds=') ;;
      'wan/2-2-a14b-image-to-video-turbo'|'wan/2-2-a14b-text-to-video-turbo') offers=('enable_prompt_expansion=true' 'enable_prompt_expansion=false' 'acceleration=none' 'acceleration=regular' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/2-2-a14b-speech-to-video-turbo') offers=('num_frames=' 'frames_per_second=' 'num_inference_steps=' 'guidance_scale=' 'shift=' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/2-5-image-to-video'|'wan/2-5-text-to-video') offers=('enable_prompt_expansion=true' 'enable_prompt_expansion=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/2-6-flash-image-to-video'|'wan/2-6-flash-video-to-video') offers=('audio=true' 'audio=false' 'multi_shots=true' 'multi_shots=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/2-6-image-to-video'|'wan/2-6-text-to-video'|'wan/2-6-video-to-video') offers=('multi_shots=true' 'multi_shots=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/2-7-image'|'wan/2-7-image-pro') offers=('enable_sequential=true' 'enable_sequential=false' 'thinking_mode=true' 'thinking_mode=false' 'color_palette=' 'bbox_list=' 'watermark=true' 'watermark=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/2-7-image-to-video'|'wan/2-7-r2v'|'wan/2-7-text-to-video') offers=('prompt_extend=true' 'prompt_extend=false' 'watermark=true' 'watermark=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/2-7-videoedit') offers=('audio_setting=auto' 'audio_setting=origin' 'prompt_extend=true' 'prompt_extend=false' 'watermark=true' 'watermark=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'wan/3-0-video'|'wan/3-0-video-prime'|'wan') offers=('reference_file_urls=' 'reference_link_urls=' 'audio=true' 'audio=false' 'nsfw_checker=true' 'nsfw_checker=false') ;;
      'grok-video') offers=('mode=fun' 'mode=normal' 'mode=spicy' 'nsfw_checker=true' 'nsfw_checker=false' 'task_id=' 'index=') ;;
      *) offers=() ;;
    esac ;;
    --resolution) case $2 in
      'bytedance/seedance-1.5-pro'|'bytedance/seedance-2-5'|'bytedance/v1-lite-image-to-video'|'bytedance/v1-lite-text-to-video'|'bytedance/v1-pro-image-to-video'|'bytedance/v1-pro-text-to-video'|'grok-imagine-video-1-5-preview'|'grok-imagine/image-to-video'|'grok-imagine/text-to-video'|'grok-video'|'seedance') offers=(480p 720p 1080p) ;;
      'bytedance/seedance-2') offers=(480p 720p 1080p 4k) ;;
      'bytedance/seedance-2-fast'|'bytedance/seedance-2-mini'|'infinitalk/from-audio'|'wan/2-2-a14b-image-to-video-turbo'|'wan/2-2-a14b-text-to-video-turbo'|'infinitalk') offers=(480p 720p) ;;
      'bytedance/seedream-v4-edit'|'bytedance/seedream-v4-text-to-image'|'gpt-image-2-5-flare-image-to-image'|'gpt-image-2-5-flare-text-to-image'|'gpt-image-2-5-sunburst-image-to-image'|'gpt-image-2-5-sunburst-text-to-image'|'gpt-image-2-image-to-image'|'gpt-image-2-text-to-image'|'nano-banana-2'|'nano-banana-2-1'|'nano-banana-pro'|'wan/2-7-image'|'wan/2-7-image-pro'|'gpt-image'|'gpt-image-2'|'nano-banana') offers=(1K 2K 4K) ;;
      'bytedance/v1-pro-fast-image-to-video'|'grok-imagine/upscale'|'happyhorse-1-1/image-to-video'|'happyhorse-1-1/reference-to-video'|'happyhorse-1-1/text-to-video'|'happyhorse/image-to-video'|'happyhorse/reference-to-video'|'happyhorse/text-to-video'|'happyhorse/video-edit'|'kling-2.6/motion-control'|'kling/v3-turbo-image-to-video'|'kling/v3-turbo-text-to-video'|'omnihuman-1-5'|'runway'|'wan/2-5-image-to-video'|'wan/2-5-text-to-video'|'wan/2-6-flash-image-to-video'|'wan/2-6-flash-video-to-video'|'wan/2-6-image-to-video'|'wan/2-6-text-to-video'|'wan/2-6-video-to-video'|'wan/2-7-image-to-video'|'wan/2-7-r2v'|'wan/2-7-text-to-video'|'wan/2-7-videoedit'|'happyhorse'|'kling'|'omnihuman') offers=(720p 1080p) ;;
      'flux-2/flex-image-to-image'|'flux-2/flex-text-to-image'|'flux-2/pro-image-to-image'|'flux-2/pro-text-to-image'|'qwen2-1/image-to-image'|'qwen2-1/text-to-image'|'qwen3/image-to-image'|'qwen3/pro-image-to-image'|'qwen3/pro-text-to-image'|'qwen3/text-to-image'|'seedream/5-pro-image-to-image'|'seedream/5-pro-text-to-image'|'flux'|'flux-2'|'qwen'|'seedream') offers=(1K 2K) ;;
      'gemini-omni-video'|'kling-3.0-omni/image-to-video'|'kling-3.0-omni/reference-to-video'|'kling-3.0-omni/text-to-video'|'kling-3.0-omni/transformation'|'veo-3-1'|'veo') offers=(720p 1080p 4k) ;;
      'google/gemini-omni-flash-1-1'|'gemini-omni') offers=(360p 720p 1080p 4k) ;;
      'hailuo/02-image-to-video-standard') offers=(512P 768P) ;;
      'hailuo/2-3-image-to-video-pro'|'hailuo/2-3-image-to-video-standard') offers=(768P 1080P) ;;
      'kling-3.0/motion-control') offers=(std pro 720p 1080p) ;;
      'kling-3.0/video') offers=(720p 1080p 4K) ;;
      'minimax-h3/image-to-video'|'minimax-h3/reference-to-video'|'minimax-h3/text-to-video'|'hailuo'|'minimax-h3') offers=(768P 2K) ;;
      'pixverse-v6/extend'|'pixverse-v6/image-to-video'|'pixverse-v6/reference-to-video'|'pixverse-v6/text-to-video'|'pixverse-v6/transition'|'pixverse') offers=(360p 540p 720p 1080p) ;;
      'seedream/4.5-edit'|'seedream/4.5-text-to-image') offers=(2K 4K) ;;
      'seedream/5-flash-image-to-image'|'seedream/5-flash-text-to-image') offers=(1K 1.5K 2K) ;;
      'seedream/5-flash-layer-decomposition'|'seedream/5-pro-layer-decomposition') offers=(auto 1K 1.5K 2K) ;;
      'seedream/5-lite-image-to-image'|'seedream/5-lite-text-to-image') offers=(2K 3K 4K) ;;
      'wan/2-2-a14b-speech-to-video-turbo'|'wan/2-2-animate-move'|'wan/2-2-animate-replace') offers=(480p 580p 720p) ;;
      'wan/3-0-video'|'wan/3-0-video-prime'|'wan') offers=(480P 720P 1080P) ;;
      '') offers=(auto pro std 1K 1.5K 2K 3K 4K 4k 360p 480P 480p 512P 540p 580p 720P 720p 768P 1080P 1080p) ;;
      *) offers=() ;;
    esac ;;
  esac
}

# Add the index files that kie keeps to offers.
_kie_index() {
  local file=${HOME-}/.cache/kie name
  [[ ${XDG_CACHE_HOME-} == /* ]] && file=$XDG_CACHE_HOME/kie
  for name; do
    name=${KIE_CACHE_DIR:-$file}/completion/$name
    [[ -r $name ]] && mapfile -t -O ${#offers[@]} offers <"$name"
  done
}

_kie() {
  local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} part word i
  local -a all=() offers=()
  # Bash splits words at : and = too; put them together as they stand on the line.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    part=${COMP_WORDS[i]}
    word=${line#"${line%%[![:blank:]]*}"}
    ((i < COMP_CWORD)) || part=$word
    if [[ $word == "$line" && $i -gt 0 ]]; then
      all[${#all[@]} - 1]+=$part
    else
      all+=("$part")
    fi
    line=${word#"$part"}
  done

  local cur=${all[${#all[@]} - 1]} key= flag= head= place=0
  local model=${KIE_MODEL-} sandbox=${KIE_SANDBOX-} breaks=${COMP_WORDBREAKS//[!:=]/}
  for word in "${all[@]:1:${#all[@]}-2}"; do
    word=${word//[\"\']/}
    if [[ $flag ]]; then
      [[ $flag == -m || $flag == --model ]] && model=$word
      flag=
      continue
    fi
    case $word in
      --sandbox) sandbox=1 ;;
      --model=*) model=${word#*=} ;;
      --*=*) ;;
      -?*)
        _kie_offers "option $key $word"
        ((${#offers[@]})) && flag=$word
        ;;
      *)
        _kie_offers "commands $key"
        if ((${#offers[@]})); then
          key=${key:+$key }$word
        else
          ((place++))
        fi
        ;;
    esac
  done

  if [[ $cur == [\"\']* ]]; then
    cur=${cur:1} breaks=
  elif [[ ! $flag && $cur == --*=* ]]; then
    flag=${cur%%=*} head=$flag= cur=${cur#*=}
  fi
  if [[ $flag ]]; then
    _kie_offers "option $key $flag"
  elif [[ $cur == -* ]]; then
    _kie_offers "flags $key"
  else
    _kie_offers "commands $key"
    ((${#offers[@]})) || _kie_offers "argument $key $place"
  fi

  COMPREPLY=()
  case ${offers[0]-} in
    @none) return ;;
    @files)
      compopt -o default
      return
      ;;
    @keys) _kie_offers keys ;;
    @models)
      _kie_offers models
      _kie_index models
      ;;
    @values)
      flag=${offers[1]}
      _kie_values "$flag" "$model"
      if ((${#offers[@]} == 0)); then
        _kie_index values
        for word in "${offers[@]}"; do
          [[ $word == "$flag $model"$'\t'* ]] && line=${word#*$'\t'}
        done
        read -ra offers <<<"$line"
      fi
      [[ $flag == --param ]] && compopt -o default
      ;;
    @*)
      line=${offers[*]}
      case $sandbox in
        1 | [Tt]rue | TRUE | [Yy]es | YES | [Oo]n | ON) line=${line//@/sandbox/} ;;
      esac
      offers=()
      _kie_index ${line//@/}
      ;;
  esac

  local LC_ALL=C # three times as fast
  if [[ $cur ]]; then
    for word in "${offers[@]}"; do
      [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
    done
  else
    COMPREPLY=("${offers[@]}")
  fi
  # Bash inserts what it shows: so the meaning stands by words that differ, where it only lists.
  if ((${#COMPREPLY[@]} == 1 || COMP_TYPE == 37 || COMP_TYPE == 42)); then
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  else
    COMPREPLY=("${COMPREPLY[@]/$'\t'/  }")
  fi
  COMPREPLY=("${COMPREPLY[@]/#/$head}")
  if [[ $breaks ]]; then
    word=$head$cur
    word=${word%"${word##*[$breaks]}"}
    COMPREPLY=("${COMPREPLY[@]#"$word"}")
  fi
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=@] ]] && compopt -o nospace
}

complete -o nosort -F _kie kie
