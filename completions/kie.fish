# Made from the program by docs/make_completions.py; do not edit.
# The words: `__kie_offers KEY` and `__kie_values FLAG MODEL` print "WORD" or "WORD<tab>MEANING".
function __kie_offers
    switch "$argv[1]"
        case 'commands '
            string join \n -- 'adopt	Say which task a create of unknown outcome made' 'batch	Make many tasks from a file, and wait for all of them' 'completion	Print the script that completes commands, flags, models, their values and task ids' 'create	Submit one paid task and print its id' 'credits	Print the balance in credits' 'doctor	Check the key, the hosts, the clock, folders and the record of tasks' 'download	Save the results of finished tasks' 'forget	Say that a create of unknown outcome made no task, or drop old tasks from the list' 'gallery	Write a page with what this machine made: pictures, prompts, models, times, credits' 'help	Explain a topic or a command' 'list	List what this machine made, newest first' 'models	List the models of kie.ai, or show what one of them takes' 'open	Open the results of finished tasks: the saved files, else their URLs' 'show	Draw the pictures of a task, or a picture file, in the terminal' 'spend	Show what was spent, by this machine\'s own record' 'status	Look at each task once' 'upload	Upload files and print their URLs' 'wait	Wait until tasks finish' 'config	Keep the API key and other settings' 'sandbox	The offline imitation of kie.ai' 'webhook	Check and receive kie.ai\'s callbacks' 'ls	the same as list'
        case 'commands config'
            string join \n -- 'set	Save a setting' 'get	Print one setting that is in force; of the key only the end' 'unset	Remove a setting from the config file' 'list	List all settings with their values and where each comes from' 'path	Print where the config file is'
        case 'commands sandbox'
            string join \n -- 'serve	Serve the sandbox over HTTP on this machine, until Ctrl-C'
        case 'commands webhook'
            string join \n -- 'verify	Check that a callback is kie.ai\'s and not older than 5 minutes' 'listen	Receive kie.ai\'s callbacks on this machine, until Ctrl-C'
        case 'flags adopt'
            string join \n -- '--for	The create that it belongs to' '--force	Adopt it even if it does not fit. Needs --for' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument adopt 0'
            string join \n -- @tasks
        case 'flags batch'
            string join \n -- '--prompt	What to make; {name} is the column of that name' '-p	What to make; {name} is the column of that name' '--prompt-file	The prompt from a file, which may be {name}.txt' '-f	The prompt from a file, which may be {name}.txt' '--negative-prompt	What to keep out' '--image	An input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs' '-i	An input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs' '--mask	Where to change the image' '--video	An input video; repeat it' '--audio	An input sound; repeat it' '--first-frame	The image that a video begins with' '--last-frame	The image that a video ends with' '--reference	An image to take people or style from; repeat it' '--model	An id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin' '-m	An id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin' '--aspect-ratio	1:1, 16:9, ' '-a	1:1, 16:9, ' '--resolution	1K, 2K, 720p, ' '-r	1K, 2K, 720p, ' '--duration	How long a video is' '--count	How many images one task makes' '--seed	The same seed: a like result' '--param	Any field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one' '-P	Any field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one' '--input	The whole input as JSON; columns and flags win' '--callback-url	kie.ai calls it at the end' '--download	Save the results (KEY-N.ext)' '-d	Save the results (KEY-N.ext)' '--output	Where to save: a folder (ends in /), or a name with {key}, {task}, {index}, {model}, {date}, {ext}. Implies -d' '-o	Where to save: a folder (ends in /), or a name with {key}, {task}, {index}, {model}, {date}, {ext}. Implies -d' '--force	Overwrite files' '--concurrency	How many tasks are under way at once' '--keep-going	Send no more rows after a failure' '--fail-fast	Send no more rows after a failure' '--shard	Only the Nth of M parts of the rows' '--max-credits	Send nothing if all rows together cost more; an unknown price is too much' '--yes	Do not ask before paying' '-y	Do not ask before paying' '--dry-run	Check all rows, print the requests, send nothing' '--no-validate	Send values that kie would refuse' '--timeout	How long to wait: 90s, 15m, 1h30m, seconds, none. Default 15m; 0 looks once' '--interval	How often to look. Default: 2 s, then less' '--label	A word to find tasks by' '--github-output	Tell later steps of a GitHub Actions job: outputs and a summary' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument batch 0'
            string join \n -- @files
        case 'flags completion'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument completion 0'
            string join \n -- bash zsh fish powershell
        case 'flags create'
            string join \n -- '--prompt	What to make; - reads stdin' '-p	What to make; - reads stdin' '--prompt-file	The prompt from a file' '-f	The prompt from a file' '--negative-prompt	What to keep out' '--image	An input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs' '-i	An input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs' '--mask	Where to change the image' '--video	An input video; repeat it' '--audio	An input sound; repeat it' '--first-frame	The image that a video begins with' '--last-frame	The image that a video ends with' '--reference	An image to take people or style from; repeat it' '--model	An id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin' '-m	An id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin' '--aspect-ratio	1:1, 16:9, ' '-a	1:1, 16:9, ' '--resolution	1K, 2K, 720p, ' '-r	1K, 2K, 720p, ' '--duration	How long a video is' '--count	How many images one task makes' '--seed	The same seed: a like result' '--param	Any field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one' '-P	Any field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one' '--input	The whole input as JSON; flags win' '--callback-url	kie.ai calls it at the end' '--wait	Wait for the result' '-w	Wait for the result' '--download	Save the results (TASKID-N.ext)' '-d	Save the results (TASKID-N.ext)' '--output	Where to save: a file, a folder (ends in /), or - for stdout. Implies -d' '-o	Where to save: a file, a folder (ends in /), or - for stdout. Implies -d' '--force	Overwrite files' '--timeout	How long to wait: 90s, 15m, 1h30m, seconds, none. Default 15m; 0 looks once' '--interval	How often to look. Default: 2 s, then less' '--label	A word to find tasks by' '--once	Create only once for KEY, however often run' '--max-credits	Send nothing that costs more; an unknown price is too much' '--dry-run	Print the request; upload and send nothing' '--print-curl	Print the request as a curl command' '--no-validate	Send values that kie would refuse' '--open	Open the result. Implies -w' '--github-output	Tell later steps of a GitHub Actions job: outputs and a summary' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags credits'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags doctor'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags download'
            string join \n -- '--unsaved	All finished tasks of this machine not saved yet' '--output	Where to save: a file, a folder (ends in /), or - for stdout. Implies -d' '-o	Where to save: a file, a folder (ends in /), or - for stdout. Implies -d' '--force	Overwrite files' '--github-output	Tell later steps of a GitHub Actions job: outputs and a summary' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument download *'
            string join \n -- @tasks
        case 'flags forget'
            string join \n -- '--before	All that is older and saved' '--force	Also tasks with results that are not saved' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument forget *'
            string join \n -- @tasks @intents
        case 'flags gallery'
            string join \n -- '--output	The page. Default: kie-gallery.html here' '-o	The page. Default: kie-gallery.html here' '--open	Open it' '--since	Made since then' '--label	With this label' '--limit	The newest so many' '-n	The newest so many' '--force	Overwrite files' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags help'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument help 0'
            string join \n -- exit-codes environment scripting sandbox adopt batch completion config create credits doctor download forget gallery help list models open sandbox show spend status upload wait webhook
        case 'flags list' 'flags ls'
            string join \n -- '--since	Made since then' '--state	In this state: success, fail, waiting, unknown' '--model	Made with this model' '-m	Made with this model' '--label	With this label' '--unknown	Creates whose outcome is not known' '--limit	The newest so many' '-n	The newest so many' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags models'
            string join \n -- '--media	That make this: image, video, audio, text' '--task	For this task: text-to-image, lip-sync, ' '--vendor	Of this maker' '--search	With all these words' '--status	With this status: listed, new, gone, delisted' '--refresh	Ask kie.ai; show what is new, gone, priced anew' '--all	With --refresh: every model\'s input, one a second' '--diff	How kie.ai\'s last word differs from kie\'s own facts' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument models 0'
            string join \n -- @models
        case 'flags open'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument open *'
            string join \n -- @tasks
        case 'flags show'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument show 0'
            string join \n -- @tasks
        case 'flags spend'
            string join \n -- '--by	One line for each' '--since	Sent since then' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags status'
            string join \n -- '--exit-status	Exit with the verdict: 0 done, 3 failed, 8 running' '--raw	Print kie.ai\'s own JSON' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument status *'
            string join \n -- @tasks
        case 'flags upload'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument upload *'
            string join \n -- @files
        case 'flags wait'
            string join \n -- '--last	The newest task of this machine' '--pending	All unfinished tasks of this machine' '--label	All tasks of this label; with --pending the unfinished' '--any	Return with the first that ends' '--fail-fast	End at the first failure' '--download	Save the results (TASKID-N.ext)' '-d	Save the results (TASKID-N.ext)' '--output	Where to save: a file, a folder (ends in /), or - for stdout. Implies -d' '-o	Where to save: a file, a folder (ends in /), or - for stdout. Implies -d' '--force	Overwrite files' '--timeout	How long to wait: 90s, 15m, 1h30m, seconds, none. Default 15m; 0 looks once' '--interval	How often to look. Default: 2 s, then less' '--github-output	Tell later steps of a GitHub Actions job: outputs and a summary' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument wait *'
            string join \n -- @tasks
        case 'flags config set'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument config set 0'
            string join \n -- @keys
        case 'argument config set 1'
            string join \n -- @none
        case 'flags config get'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument config get 0'
            string join \n -- @keys
        case 'flags config unset'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument config unset 0'
            string join \n -- @keys
        case 'flags config list'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags config path'
            string join \n -- '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags sandbox serve'
            string join \n -- '--port	The port; 0 picks a free one' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'flags webhook verify'
            string join \n -- '--header	A header of it (repeat)' '-H	A header of it (repeat)' '--headers	A file with its headers, one a line' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'argument webhook verify 0'
            string join \n -- @files
        case 'flags webhook listen'
            string join \n -- '--port	The port; 0 picks a free one' '--exec	Run for each result, without a shell; has KIE_TASK_ID, KIE_STATE, KIE_URLS' '--count	End after so many results' '--timeout	End after 90s, 15m, 1h30m. Default none' '--json	One JSON object a line on stdout' '--quiet	Results and errors only' '-q	Results and errors only' '--verbose	Show each request' '-v	Show each request' '--no-input	Never ask' '--color	Colour' '--sandbox	Offline imitation: nothing real, no key, free' '--help	Show the help'
        case 'option * --for'
            string join \n -- @intents
        case 'option * --color'
            string join \n -- auto always never
        case 'option * -p' 'option * --prompt' 'option * --negative-prompt' 'option webhook listen --count' 'option * --seed' 'option * --callback-url' 'option batch -o' 'option batch --output' 'option * --concurrency' 'option * --shard' 'option * --max-credits' 'option * --timeout' 'option * --interval' 'option * --label' 'option * --once' 'option * --before' 'option * --since' 'option * -n' 'option * --limit' 'option * --task' 'option * --vendor' 'option * --search' 'option * --port' 'option * -H' 'option * --header' 'option * --exec'
            string join \n -- @none
        case 'option * -f' 'option * --prompt-file' 'option * -i' 'option * --image' 'option * --mask' 'option * --video' 'option * --audio' 'option * --first-frame' 'option * --last-frame' 'option * --reference' 'option * --input' 'option create -o' 'option download -o' 'option gallery -o' 'option wait -o' 'option create --output' 'option download --output' 'option gallery --output' 'option wait --output' 'option * --headers'
            string join \n -- @files
        case 'option * -m' 'option * --model'
            string join \n -- @models
        case 'option * -a' 'option * --aspect-ratio'
            string join \n -- @values --aspect-ratio
        case 'option * -r' 'option * --resolution'
            string join \n -- @values --resolution
        case 'option * --duration'
            string join \n -- @values --duration
        case 'option batch --count' 'option create --count'
            string join \n -- @values --count
        case 'option * -P' 'option * --param'
            string join \n -- @values --param
        case 'option * --state'
            string join \n -- success fail waiting unknown
        case 'option * --media'
            string join \n -- image video audio text
        case 'option * --status'
            string join \n -- listed new gone delisted
        case 'option * --by'
            string join \n -- day model label
        case 'keys'
            string join \n -- 'token	the API key (https://kie.ai/api-key)' 'token_command	a command whose first output line is the API key' 'model	the model of create' 'timeout	how long to wait for a task: 90s, 15m, 1h30m, seconds, none' 'output_dir	the folder for results' 'callback_url	the URL that kie.ai calls when a task has ended' 'webhook_key	the key that kie.ai signs its calls with (https://kie.ai/settings)' 'base_url	the API host' 'upload_url	the upload host' 'record_prompts	whether the ledger keeps prompts; false: only a hash' 'rate_limit	the creates that kie.ai takes from the account in 10 s' 'ask_above	the credits above which batch asks on a terminal before it sends anything' 'max_credits_per_task	the credits that one task may cost; an unknown price is too much' 'max_credits_per_day	the credits that all creates of a day may cost, by this machine\'s record'
        case 'models'
            string join \n -- '4o-image-api	image, OpenAI' 'ai-music-api/add-instrumental	audio, Suno' 'ai-music-api/add-vocals	audio, Suno' 'ai-music-api/boost-music-style	text, Suno' 'ai-music-api/check-voice	text, Suno' 'ai-music-api/convert-to-wav-format	audio, Suno' 'ai-music-api/cover-generate	image, Suno' 'ai-music-api/create-music-video	video, Suno' 'ai-music-api/create-voice	text, Suno' 'ai-music-api/extend	audio, Suno' 'ai-music-api/generate	audio, Suno' 'ai-music-api/generate-lyrics	text, Suno' 'ai-music-api/generate-midi-from-audio	text, Suno' 'ai-music-api/generate-persona	text, Suno' 'ai-music-api/mashup	audio, Suno' 'ai-music-api/regenerate-phrase	text, Suno' 'ai-music-api/replace-section	audio, Suno' 'ai-music-api/separate-vocals	audio, Suno' 'ai-music-api/sounds	audio, Suno' 'ai-music-api/suno-recovery-audio	audio, Suno' 'ai-music-api/timeStamped-lyrics	text, Suno' 'ai-music-api/upload-and-cover-audio	audio, Suno' 'ai-music-api/upload-and-extend-audio	audio, Suno' 'ai-music-api/validation-phrase	text, Suno' 'bytedance/seedance-1.5-pro	video, ByteDance' 'bytedance/seedance-2	video, ByteDance' 'bytedance/seedance-2-5	video, ByteDance' 'bytedance/seedance-2-fast	video, ByteDance' 'bytedance/seedance-2-mini	video, ByteDance' 'bytedance/seedream	image, ByteDance' 'bytedance/seedream-v4-edit	image, ByteDance' 'bytedance/seedream-v4-text-to-image	image, ByteDance' 'bytedance/v1-lite-image-to-video	video, ByteDance' 'bytedance/v1-lite-text-to-video	video, ByteDance' 'bytedance/v1-pro-fast-image-to-video	video, ByteDance' 'bytedance/v1-pro-image-to-video	video, ByteDance' 'bytedance/v1-pro-text-to-video	video, ByteDance' 'elevenlabs/audio-isolation	audio, ElevenLabs' 'elevenlabs/sound-effect-v2	audio, ElevenLabs' 'elevenlabs/speech-to-text	text, ElevenLabs' 'elevenlabs/text-to-dialogue-v3	audio, ElevenLabs' 'elevenlabs/text-to-speech-multilingual-v2	audio, ElevenLabs' 'elevenlabs/text-to-speech-turbo-2-5	audio, ElevenLabs' 'flux-2/flex-image-to-image	image, Black Forest Labs' 'flux-2/flex-text-to-image	image, Black Forest Labs' 'flux-2/pro-image-to-image	image, Black Forest Labs' 'flux-2/pro-text-to-image	image, Black Forest Labs' 'flux1-kontext	image, Black Forest Labs' 'gemini-omni-video	video, Google' 'google/gemini-2-5-pro-tts	audio, Google' 'google/gemini-3-1-flash-tts	audio, Google' 'google/gemini-3-8-flash-lite-tts	audio, Google' 'google/gemini-3-8-flash-tts	audio, Google' 'google/gemini-omni-flash-1-1	video, Google' 'google/imagen4	image, Google' 'google/imagen4-fast	image, Google' 'google/imagen4-ultra	image, Google' 'google/nano-banana	image, Google' 'google/nano-banana-edit	image, Google' 'gpt-image-2-5-flare-image-to-image	image, OpenAI' 'gpt-image-2-5-flare-text-to-image	image, OpenAI' 'gpt-image-2-5-sunburst-image-to-image	image, OpenAI' 'gpt-image-2-5-sunburst-text-to-image	image, OpenAI' 'gpt-image-2-image-to-image	image, OpenAI' 'gpt-image-2-text-to-image	image, OpenAI' 'gpt-image/1.5-image-to-image	image, OpenAI' 'gpt-image/1.5-text-to-image	image, OpenAI' 'grok-imagine-image-2-0/image-edit	image, xAI' 'grok-imagine-image-2-0/segment-edit	image, xAI' 'grok-imagine-image-2-0/segment-map	image, xAI' 'grok-imagine-image-2-0/text-to-image	image, xAI' 'grok-imagine-video-1-5-preview	video, xAI' 'grok-imagine/extend	video, xAI' 'grok-imagine/image-to-image	image, xAI' 'grok-imagine/image-to-video	video, xAI' 'grok-imagine/text-to-image	image, xAI' 'grok-imagine/text-to-video	video, xAI' 'grok-imagine/upscale	video, xAI' 'hailuo/02-image-to-video-pro	video, MiniMax' 'hailuo/02-image-to-video-standard	video, MiniMax' 'hailuo/02-text-to-video-pro	video, MiniMax' 'hailuo/02-text-to-video-standard	video, MiniMax' 'hailuo/2-3-image-to-video-pro	video, MiniMax' 'hailuo/2-3-image-to-video-standard	video, MiniMax' 'happyhorse-1-1/image-to-video	video, Alibaba' 'happyhorse-1-1/reference-to-video	video, Alibaba' 'happyhorse-1-1/text-to-video	video, Alibaba' 'happyhorse/image-to-video	video, Alibaba' 'happyhorse/reference-to-video	video, Alibaba' 'happyhorse/text-to-video	video, Alibaba' 'happyhorse/video-edit	video, Alibaba' 'ideogram/character	image, Ideogram' 'ideogram/character-edit	image, Ideogram' 'ideogram/character-remix	image, Ideogram' 'ideogram/v3-edit	image, Ideogram' 'ideogram/v3-reframe	image, Ideogram' 'ideogram/v3-remix	image, Ideogram' 'ideogram/v3-text-to-image	image, Ideogram' 'infinitalk/from-audio	video, MeiGen-AI' 'kling-2.6/image-to-video	video, Kuaishou' 'kling-2.6/motion-control	video, Kuaishou' 'kling-2.6/text-to-video	video, Kuaishou' 'kling-3.0-omni/image-to-video	video, Kuaishou' 'kling-3.0-omni/reference-to-video	video, Kuaishou' 'kling-3.0-omni/text-to-video	video, Kuaishou' 'kling-3.0-omni/transformation	video, Kuaishou' 'kling-3.0/motion-control	video, Kuaishou' 'kling-3.0/video	video, Kuaishou' 'kling/ai-avatar-pro	video, Kuaishou' 'kling/ai-avatar-standard	video, Kuaishou' 'kling/v2-1-master-image-to-video	video, Kuaishou' 'kling/v2-1-master-text-to-video	video, Kuaishou' 'kling/v2-1-pro	video, Kuaishou' 'kling/v2-1-standard	video, Kuaishou' 'kling/v2-5-turbo-image-to-video-pro	video, Kuaishou' 'kling/v2-5-turbo-text-to-video-pro	video, Kuaishou' 'kling/v3-turbo-image-to-video	video, Kuaishou' 'kling/v3-turbo-text-to-video	video, Kuaishou' 'minimax-h3/image-to-video	video, MiniMax' 'minimax-h3/reference-to-video	video, MiniMax' 'minimax-h3/text-to-video	video, MiniMax' 'nano-banana-2	image, Google' 'nano-banana-2-1	image, Google' 'nano-banana-2-lite	image, Google' 'nano-banana-pro	image, Google' 'omnihuman-1-5	video, ByteDance' 'omnihuman-1-5/human-identification	text, ByteDance' 'omnihuman-1-5/subject-detection	image, ByteDance' 'pixverse-v6/extend	video, PixVerse' 'pixverse-v6/image-to-video	video, PixVerse' 'pixverse-v6/reference-to-video	video, PixVerse' 'pixverse-v6/text-to-video	video, PixVerse' 'pixverse-v6/transition	video, PixVerse' 'qwen/image-edit	image, Alibaba' 'qwen/image-to-image	image, Alibaba' 'qwen/text-to-image	image, Alibaba' 'qwen2-1/image-to-image	image, Alibaba' 'qwen2-1/text-to-image	image, Alibaba' 'qwen2/image-edit	image, Alibaba' 'qwen2/text-to-image	image, Alibaba' 'qwen3/image-to-image	image, Alibaba' 'qwen3/pro-image-to-image	image, Alibaba' 'qwen3/pro-text-to-image	image, Alibaba' 'qwen3/text-to-image	image, Alibaba' 'recraft/crisp-upscale	image, Recraft' 'recraft/remove-background	image, Recraft' 'runway	video, Runway' 'runway/extend-ai-video	video, Runway' 'seedream/4.5-edit	image, ByteDance' 'seedream/4.5-text-to-image	image, ByteDance' 'seedream/5-flash-image-to-image	image, ByteDance' 'seedream/5-flash-layer-decomposition	image, ByteDance' 'seedream/5-flash-text-to-image	image, ByteDance' 'seedream/5-lite-image-to-image	image, ByteDance' 'seedream/5-lite-text-to-image	image, ByteDance' 'seedream/5-pro-image-to-image	image, ByteDance' 'seedream/5-pro-layer-decomposition	image, ByteDance' 'seedream/5-pro-text-to-image	image, ByteDance' 'sora-2-characters	text, OpenAI' 'sora-2-characters-pro	text, OpenAI' 'sora-2-image-to-video	video, OpenAI' 'sora-2-pro-image-to-video	video, OpenAI' 'sora-2-pro-storyboard	video, OpenAI' 'sora-2-pro-text-to-video	video, OpenAI' 'sora-2-text-to-video	video, OpenAI' 'sora-watermark-remover	video, OpenAI' 'topaz/image-upscale	image, Topaz' 'topaz/video-upscale	video, Topaz' 'veo-3-1	video, Google' 'veo/extend	video, Google' 'veo/get-1080p-video	video, Google' 'veo/get-4k-video	video, Google' 'volcengine/video-to-video-lip-sync	video, ByteDance' 'wan/2-2-a14b-image-to-video-turbo	video, Alibaba' 'wan/2-2-a14b-speech-to-video-turbo	video, Alibaba' 'wan/2-2-a14b-text-to-video-turbo	video, Alibaba' 'wan/2-2-animate-move	video, Alibaba' 'wan/2-2-animate-replace	video, Alibaba' 'wan/2-5-image-to-video	video, Alibaba' 'wan/2-5-text-to-video	video, Alibaba' 'wan/2-6-flash-image-to-video	video, Alibaba' 'wan/2-6-flash-video-to-video	video, Alibaba' 'wan/2-6-image-to-video	video, Alibaba' 'wan/2-6-text-to-video	video, Alibaba' 'wan/2-6-video-to-video	video, Alibaba' 'wan/2-7-image	image, Alibaba' 'wan/2-7-image-pro	image, Alibaba' 'wan/2-7-image-to-video	video, Alibaba' 'wan/2-7-r2v	video, Alibaba' 'wan/2-7-text-to-video	video, Alibaba' 'wan/2-7-videoedit	video, Alibaba' 'wan/3-0-video	video, Alibaba' 'wan/3-0-video-prime	video, Alibaba' 'z-image	image, Alibaba' 'elevenlabs	short for elevenlabs/text-to-speech-multilingual-v2' 'flux	short for flux-2/pro-text-to-image' 'flux-2	short for flux-2/pro-text-to-image' 'flux-kontext	short for flux1-kontext' 'gemini-omni	short for google/gemini-omni-flash-1-1' 'gpt-image	short for gpt-image-2-5-flare-text-to-image' 'gpt-image-2	short for gpt-image-2-text-to-image' 'grok-imagine	short for grok-imagine-image-2-0/text-to-image' 'grok-video	short for grok-imagine/text-to-video' 'hailuo	short for minimax-h3/text-to-video' 'happyhorse	short for happyhorse-1-1/text-to-video' 'ideogram	short for ideogram/v3-text-to-image' 'imagen	short for google/imagen4' 'infinitalk	short for infinitalk/from-audio' 'kling	short for kling/v3-turbo-text-to-video' 'lip-sync	short for volcengine/video-to-video-lip-sync' 'lyrics	short for ai-music-api/generate-lyrics' 'minimax-h3	short for minimax-h3/text-to-video' 'nano-banana	short for nano-banana-2' 'omnihuman	short for omnihuman-1-5' 'pixverse	short for pixverse-v6/text-to-video' 'qwen	short for qwen3/text-to-image' 'remove-background	short for recraft/remove-background' 'seedance	short for bytedance/seedance-2-5' 'seedream	short for seedream/5-pro-text-to-image' 'suno	short for ai-music-api/generate' 'upscale	short for topaz/image-upscale' 'veo	short for veo-3-1' 'video-upscale	short for topaz/video-upscale' 'wan	short for wan/3-0-video'
    end
end
function __kie_values
    switch "$argv[1]"
        case --aspect-ratio
            switch "$argv[2]"
                case '4o-image-api'
                    string join \n -- 1:1 3:2 2:3
                case 'bytedance/seedance-1.5-pro'
                    string join \n -- 1:1 4:3 3:4 16:9 9:16 21:9
                case 'bytedance/seedance-2' 'bytedance/seedance-2-5' 'bytedance/seedance-2-fast' 'bytedance/seedance-2-mini' 'seedance'
                    string join \n -- auto 1:1 4:3 3:4 16:9 9:16 21:9
                case 'bytedance/seedream' 'ideogram/character' 'ideogram/character-remix' 'ideogram/v3-reframe' 'ideogram/v3-remix' 'ideogram/v3-text-to-image' 'qwen/image-edit' 'qwen/text-to-image' 'ideogram'
                    string join \n -- 1:1 3:4 9:16 4:3 16:9 square
                case 'bytedance/seedream-v4-edit' 'bytedance/seedream-v4-text-to-image'
                    string join \n -- 1:1 3:4 2:3 9:16 4:3 3:2 16:9 21:9 square
                case 'bytedance/v1-lite-text-to-video'
                    string join \n -- 16:9 4:3 1:1 3:4 9:16 9:21
                case 'bytedance/v1-pro-text-to-video' 'flux1-kontext' 'minimax-h3/text-to-video' 'flux-kontext' 'hailuo' 'minimax-h3'
                    string join \n -- 21:9 16:9 4:3 1:1 3:4 9:16
                case 'flux-2/flex-image-to-image' 'flux-2/pro-image-to-image' 'flux' 'flux-2'
                    string join \n -- 1:1 4:3 3:4 16:9 9:16 3:2 2:3 auto
                case 'flux-2/flex-text-to-image' 'flux-2/pro-text-to-image'
                    string join \n -- 1:1 4:3 3:4 16:9 9:16 3:2 2:3
                case 'gemini-omni-video' 'google/gemini-omni-flash-1-1' 'wan/2-2-a14b-text-to-video-turbo' 'gemini-omni'
                    string join \n -- 16:9 9:16
                case 'google/imagen4' 'google/imagen4-fast' 'google/imagen4-ultra' 'imagen'
                    string join \n -- 1:1 16:9 9:16 3:4 4:3 auto
                case 'google/nano-banana' 'google/nano-banana-edit'
                    string join \n -- 1:1 9:16 16:9 3:4 4:3 3:2 2:3 5:4 4:5 21:9 auto
                case 'gpt-image-2-5-flare-image-to-image' 'gpt-image-2-5-flare-text-to-image' 'gpt-image-2-5-sunburst-image-to-image' 'gpt-image-2-5-sunburst-text-to-image' 'gpt-image'
                    string join \n -- auto 1:1 3:2 2:3 4:3 3:4 16:9 9:16 21:9 27:16 16:27 9:8 8:9
                case 'gpt-image-2-image-to-image' 'gpt-image-2-text-to-image' 'gpt-image-2'
                    string join \n -- auto 1:1 3:2 2:3 4:3 3:4 5:4 4:5 16:9 9:16 2:1 1:2 3:1 1:3 21:9 9:21
                case 'gpt-image/1.5-image-to-image' 'gpt-image/1.5-text-to-image'
                    string join \n -- 1:1 2:3 3:2
                case 'grok-imagine-image-2-0/image-edit' 'grok-imagine'
                    string join \n -- 1:1 2:3 3:2 16:9 9:16 auto
                case 'grok-imagine-image-2-0/text-to-image'
                    string join \n -- 1:1 2:3 3:2 16:9 9:16
                case 'grok-imagine-video-1-5-preview'
                    string join \n -- 1:1 16:9 9:16 3:2 2:3 auto
                case 'grok-imagine/image-to-video' 'grok-imagine/text-to-image' 'grok-imagine/text-to-video' 'grok-video'
                    string join \n -- 2:3 3:2 1:1 16:9 9:16
                case 'happyhorse-1-1/reference-to-video'
                    string join \n -- 16:9 9:16 3:4 4:3 4:5 5:4 1:1 9:21 21:9
                case 'happyhorse-1-1/text-to-video' 'happyhorse'
                    string join \n -- 16:9 9:16 1:1 4:3 3:4 4:5 5:4 9:21 21:9
                case 'happyhorse/reference-to-video' 'happyhorse/text-to-video' 'wan/2-7-r2v' 'wan/2-7-text-to-video' 'wan/2-7-videoedit'
                    string join \n -- 16:9 9:16 1:1 4:3 3:4
                case 'kling-2.6/text-to-video'
                    string join \n -- 1:1 16:9 9:16
                case 'kling-3.0-omni/image-to-video' 'kling-3.0-omni/reference-to-video' 'kling-3.0-omni/transformation'
                    string join \n -- 16:9 9:16 1:1 auto
                case 'kling-3.0-omni/text-to-video' 'kling-3.0/video' 'kling/v2-1-master-text-to-video' 'kling/v2-5-turbo-text-to-video-pro' 'wan/2-5-text-to-video'
                    string join \n -- 16:9 9:16 1:1
                case 'kling/v3-turbo-text-to-video' 'kling'
                    string join \n -- 1:1 9:16 16:9
                case 'minimax-h3/reference-to-video'
                    string join \n -- auto 21:9 16:9 4:3 1:1 3:4 9:16
                case 'nano-banana-2' 'nano-banana-2-1' 'nano-banana'
                    string join \n -- 1:1 2:3 3:2 1:4 4:1 3:4 4:3 4:5 5:4 1:8 8:1 9:16 16:9 21:9 auto
                case 'nano-banana-2-lite'
                    string join \n -- 1:1 1:4 1:8 2:3 3:2 3:4 4:1 4:3 4:5 5:4 8:1 9:16 16:9 21:9 auto
                case 'nano-banana-pro'
                    string join \n -- 1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9 auto
                case 'pixverse-v6/reference-to-video' 'pixverse-v6/text-to-video' 'pixverse'
                    string join \n -- 16:9 4:3 1:1 3:4 9:16 2:3 3:2 21:9
                case 'qwen2-1/image-to-image'
                    string join \n -- auto 1:1 4:3 3:4 3:2 2:3 16:9 9:16 21:9 9:21
                case 'qwen2-1/text-to-image'
                    string join \n -- 1:1 4:3 3:4 3:2 2:3 16:9 9:16 21:9 9:21
                case 'qwen2/image-edit'
                    string join \n -- 1:1 2:3 3:2 3:4 4:3 9:16 16:9 21:9
                case 'qwen2/text-to-image'
                    string join \n -- 1:1 3:4 4:3 9:16 16:9
                case 'qwen3/image-to-image' 'qwen3/pro-image-to-image' 'qwen3/pro-text-to-image' 'qwen3/text-to-image' 'qwen'
                    string join \n -- 1:1 3:2 2:3 4:3 3:4 16:9 9:16 21:9
                case 'runway'
                    string join \n -- 16:9 4:3 1:1 3:4 9:16
                case 'seedream/4.5-edit' 'seedream/4.5-text-to-image' 'seedream/5-flash-image-to-image' 'seedream/5-flash-text-to-image' 'seedream/5-lite-image-to-image' 'seedream/5-lite-text-to-image' 'seedream/5-pro-image-to-image' 'seedream/5-pro-text-to-image' 'seedream'
                    string join \n -- 1:1 4:3 3:4 16:9 9:16 2:3 3:2 21:9
                case 'sora-2-image-to-video' 'sora-2-pro-image-to-video' 'sora-2-pro-storyboard' 'sora-2-pro-text-to-video' 'sora-2-text-to-video'
                    string join \n -- portrait landscape
                case 'veo-3-1' 'veo'
                    string join \n -- 16:9 9:16 Auto
                case 'wan/2-7-image' 'wan/2-7-image-pro'
                    string join \n -- 1:1 16:9 4:3 21:9 3:4 9:16 8:1 1:8
                case 'wan/3-0-video' 'wan/3-0-video-prime' 'wan'
                    string join \n -- auto 16:9 4:3 1:1 3:4 9:16
                case 'z-image'
                    string join \n -- 1:1 4:3 3:4 16:9 9:16
                case ''
                    string join \n -- Auto auto landscape portrait square 1:1 1:2 1:3 1:4 1:8 2:1 2:3 3:1 3:2 3:4 4:1 4:3 4:5 5:4 8:1 8:9 9:8 9:16 9:21 16:9 16:27 21:9 27:16
            end
        case --count
            switch "$argv[2]"
                case 'ideogram/character' 'ideogram/character-edit' 'ideogram/character-remix' 'ideogram/v3-reframe' 'ideogram/v3-remix' 'qwen/image-edit' 'ideogram'
                    string join \n -- 1 2 3 4
                case ''
                    string join \n -- 1 2 3 4
            end
        case --duration
            switch "$argv[2]"
                case 'bytedance/v1-lite-image-to-video' 'bytedance/v1-lite-text-to-video' 'bytedance/v1-pro-fast-image-to-video' 'bytedance/v1-pro-image-to-video' 'bytedance/v1-pro-text-to-video' 'kling-2.6/image-to-video' 'kling-2.6/text-to-video' 'kling/v2-1-master-image-to-video' 'kling/v2-1-master-text-to-video' 'kling/v2-1-pro' 'kling/v2-1-standard' 'kling/v2-5-turbo-image-to-video-pro' 'kling/v2-5-turbo-text-to-video-pro' 'runway' 'wan/2-5-image-to-video' 'wan/2-5-text-to-video' 'wan/2-6-flash-video-to-video' 'wan/2-6-video-to-video'
                    string join \n -- 5 10
                case 'gemini-omni-video' 'google/gemini-omni-flash-1-1' 'gemini-omni'
                    string join \n -- 4 6 8 10
                case 'hailuo/02-image-to-video-standard' 'hailuo/02-text-to-video-standard' 'hailuo/2-3-image-to-video-pro' 'hailuo/2-3-image-to-video-standard'
                    string join \n -- 6 10
                case 'kling-3.0-omni/image-to-video' 'kling-3.0-omni/reference-to-video' 'kling-3.0-omni/text-to-video' 'kling-3.0/video'
                    string join \n -- 3 4 5 6 7 8 9 10 11 12 13 14 15
                case 'minimax-h3/image-to-video' 'minimax-h3/reference-to-video' 'minimax-h3/text-to-video' 'hailuo' 'minimax-h3'
                    string join \n -- 4 5 6 7 8 9 10 11 12 13 14 15
                case 'sora-2-image-to-video' 'sora-2-pro-image-to-video' 'sora-2-pro-text-to-video' 'sora-2-text-to-video'
                    string join \n -- 10 15
                case 'sora-2-pro-storyboard'
                    string join \n -- 10 15 25
                case 'veo-3-1' 'veo'
                    string join \n -- 4 6 8
                case 'wan/2-6-flash-image-to-video' 'wan/2-6-image-to-video' 'wan/2-6-text-to-video'
                    string join \n -- 5 10 15
                case ''
                    string join \n -- 3 4 5 6 7 8 9 10 11 12 13 14 15 25
            end
        case --param
            switch "$argv[2]"
                case '4o-image-api'
                    string join \n -- 'file_url@'
                case 'ai-music-api/add-instrumental'
                    string join \n -- 'title=' 'tags=' 'model=V4_5PLUS' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety='
                case 'ai-music-api/add-vocals'
                    string join \n -- 'title=' 'style=' 'lyrics=' 'model=V4_5PLUS' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety='
                case 'ai-music-api/check-voice' 'ai-music-api/cover-generate' 'ai-music-api/regenerate-phrase' 'ai-music-api/suno-recovery-audio' 'grok-imagine-image-2-0/segment-map' 'grok-imagine/upscale'
                    string join \n -- 'task_id='
                case 'ai-music-api/convert-to-wav-format' 'ai-music-api/generate-midi-from-audio' 'ai-music-api/timeStamped-lyrics'
                    string join \n -- 'task_id=' 'audio_id='
                case 'ai-music-api/create-music-video'
                    string join \n -- 'task_id=' 'audio_id=' 'author=' 'domain_name='
                case 'ai-music-api/create-voice'
                    string join \n -- 'task_id=' 'voice_name=' 'description=' 'style=' 'singer_skill_level=beginner' 'singer_skill_level=intermediate' 'singer_skill_level=advanced' 'singer_skill_level=professional'
                case 'ai-music-api/extend'
                    string join \n -- 'audio_id=' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'style=' 'title=' 'continue_at=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona' 'instrumental=true' 'instrumental=false'
                case 'ai-music-api/generate' 'suno'
                    string join \n -- 'custom_mode=true' 'custom_mode=false' 'instrumental=true' 'instrumental=false' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'style=' 'title=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona'
                case 'ai-music-api/generate-persona'
                    string join \n -- 'task_id=' 'audio_id=' 'name=' 'description=' 'vocal_start=' 'vocal_end=' 'style='
                case 'ai-music-api/mashup'
                    string join \n -- 'style=' 'title=' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona'
                case 'ai-music-api/replace-section'
                    string join \n -- 'tags=' 'title=' 'infill_start_s=' 'infill_end_s=' 'full_lyrics=' 'lyrics=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona' 'task_id=' 'audio_id=' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD'
                case 'ai-music-api/separate-vocals'
                    string join \n -- 'stem_name=Kick' 'stem_name=Snare' 'stem_name=Risers' 'stem_name=Bass' 'stem_name=Piano' 'stem_name=Percussion' 'stem_name=Synth' 'stem_name=Guitar' 'stem_name=Organ' 'stem_name=Keyboards' 'stem_name=Woodwinds' 'stem_name=Flute' 'stem_name=Harp' 'stem_name=Tambourine' 'stem_name=Trumpet' 'stem_name=Arpeggiator' 'stem_name=Accordion' 'stem_name=Fiddle' 'stem_name=Violin' 'stem_name=Mandolin' 'stem_name=Choir' 'stem_name=Banjo' 'stem_name=Bells' 'stem_name=Clarinet' 'stem_name=Trombone' 'stem_name=Shaker' 'stem_name=Glockenspiel' 'stem_name=Cello' 'stem_name=Timpani' 'stem_name=Harmonica' 'stem_name=Marimba' 'stem_name=Vibraphone' 'stem_name=Saxophone' 'stem_name=Orchestra' 'stem_name=Horns' 'stem_name=Cymbals' 'stem_name=Oboe' 'stem_name=Celesta' 'stem_name=Congas' 'stem_name=Drone' 'stem_name=Ukulele' 'stem_name=Harpsichord' 'stem_name=Xylophone' 'stem_name=Tuba' 'stem_name=Whistle' 'stem_name=Rhodes' 'stem_name=808' 'stem_name=Bongos' 'stem_name=Bassoon' 'stem_name=Cowbell' 'stem_name=Viola' 'stem_name=Sitar' 'stem_name=Piccolo' 'stem_name=Theremin' 'stem_name=Bagpipes' 'stem_name=Hi-Hat' 'stem_name=Melodica' 'stem_name=Tabla' 'stem_name=Koto' 'stem_name=Djembe' 'stem_name=Taiko' 'stem_name=Didgeridoo' 'type=separate_vocal' 'type=split_stem' 'type=split_stem_advanced' 'task_id=' 'audio_id='
                case 'ai-music-api/sounds'
                    string join \n -- 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_WILD' 'model=V6_MINI' 'sound_loop=true' 'sound_loop=false' 'sound_tempo=' 'sound_key=Cm' 'sound_key=Dm' 'sound_key=Em' 'sound_key=Fm' 'sound_key=Gm' 'sound_key=Am' 'sound_key=Bm' 'sound_key=C' 'sound_key=D' 'sound_key=E' 'sound_key=F' 'sound_key=G' 'sound_key=A' 'sound_key=B' 'grab_lyrics=true' 'grab_lyrics=false'
                case 'ai-music-api/upload-and-cover-audio'
                    string join \n -- 'instrumental=true' 'instrumental=false' 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'lyrics=' 'style=' 'title=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=voice_persona' 'persona_model=style_persona'
                case 'ai-music-api/upload-and-extend-audio'
                    string join \n -- 'model=V4' 'model=V4_5' 'model=V4_5PLUS' 'model=V4_5ALL' 'model=V5' 'model=V5_5' 'model=V6' 'model=V6_MINI' 'model=V6_WILD' 'instrumental=true' 'instrumental=false' 'lyrics=' 'style=' 'title=' 'continue_at=' 'vocal_gender=m' 'vocal_gender=f' 'style_weight=' 'weirdness_constraint=' 'audio_weight=' 'variety=' 'persona_id=' 'persona_model=style_persona' 'persona_model=voice_persona'
                case 'ai-music-api/validation-phrase'
                    string join \n -- 'vocal_start_s=' 'vocal_end_s=' 'language='
                case 'bytedance/seedance-1.5-pro'
                    string join \n -- 'fixed_lens=true' 'fixed_lens=false' 'generate_audio=true' 'generate_audio=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'bytedance/seedance-2' 'bytedance/seedance-2-fast'
                    string join \n -- 'return_last_frame=true' 'return_last_frame=false' 'generate_audio=true' 'generate_audio=false' 'web_search=true' 'web_search=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'bytedance/seedance-2-5' 'seedance'
                    string join \n -- 'return_last_frame=true' 'return_last_frame=false' 'generate_audio=true' 'generate_audio=false' 'output_format=mp4' 'output_format=mov' 'web_search=true' 'web_search=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'bytedance/seedance-2-mini'
                    string join \n -- 'generate_audio=true' 'generate_audio=false' 'web_search=true' 'web_search=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'bytedance/seedream'
                    string join \n -- 'guidance_scale='
                case 'bytedance/seedream-v4-edit' 'bytedance/seedream-v4-text-to-image' 'bytedance/v1-pro-fast-image-to-video' 'flux-2/flex-image-to-image' 'flux-2/flex-text-to-image' 'flux-2/pro-image-to-image' 'flux-2/pro-text-to-image' 'grok-imagine-video-1-5-preview' 'grok-imagine/image-to-image' 'hailuo/2-3-image-to-video-pro' 'hailuo/2-3-image-to-video-standard' 'seedream/4.5-edit' 'seedream/4.5-text-to-image' 'wan/2-2-animate-move' 'wan/2-2-animate-replace' 'z-image' 'flux' 'flux-2'
                    string join \n -- 'nsfw_checker=true' 'nsfw_checker=false'
                case 'bytedance/v1-lite-image-to-video' 'bytedance/v1-lite-text-to-video' 'bytedance/v1-pro-image-to-video' 'bytedance/v1-pro-text-to-video'
                    string join \n -- 'camera_fixed=true' 'camera_fixed=false' 'enable_safety_checker=true' 'enable_safety_checker=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'elevenlabs/sound-effect-v2'
                    string join \n -- 'loop=true' 'loop=false' 'duration_seconds=' 'prompt_influence=' 'output_format=mp3_22050_32' 'output_format=mp3_44100_32' 'output_format=mp3_44100_64' 'output_format=mp3_44100_96' 'output_format=mp3_44100_128' 'output_format=mp3_44100_192' 'output_format=pcm_8000' 'output_format=pcm_16000' 'output_format=pcm_22050' 'output_format=pcm_24000' 'output_format=pcm_44100' 'output_format=pcm_48000' 'output_format=ulaw_8000' 'output_format=alaw_8000' 'output_format=opus_48000_32' 'output_format=opus_48000_64' 'output_format=opus_48000_96' 'output_format=opus_48000_128' 'output_format=opus_48000_192'
                case 'elevenlabs/speech-to-text'
                    string join \n -- 'language_code=' 'tag_audio_events=true' 'tag_audio_events=false' 'diarize=true' 'diarize=false'
                case 'elevenlabs/text-to-dialogue-v3'
                    string join \n -- 'dialogue=' 'stability=0' 'stability=0.5' 'stability=1' 'language_code=af' 'language_code=ar' 'language_code=hy' 'language_code=as' 'language_code=az' 'language_code=be' 'language_code=bn' 'language_code=bs' 'language_code=bg' 'language_code=ca' 'language_code=ceb' 'language_code=ny' 'language_code=hr' 'language_code=cs' 'language_code=da' 'language_code=nl' 'language_code=en' 'language_code=et' 'language_code=fil' 'language_code=fi' 'language_code=fr' 'language_code=gl' 'language_code=ka' 'language_code=de' 'language_code=el' 'language_code=gu' 'language_code=ha' 'language_code=he' 'language_code=hi' 'language_code=hu' 'language_code=is' 'language_code=id' 'language_code=ga' 'language_code=it' 'language_code=ja' 'language_code=jv' 'language_code=kn' 'language_code=kk' 'language_code=ky' 'language_code=ko' 'language_code=lv' 'language_code=ln' 'language_code=lt' 'language_code=lb' 'language_code=mk' 'language_code=ms' 'language_code=ml' 'language_code=zh' 'language_code=mr' 'language_code=ne' 'language_code=no' 'language_code=ps' 'language_code=fa' 'language_code=pl' 'language_code=pt' 'language_code=pa' 'language_code=ro' 'language_code=ru' 'language_code=sr' 'language_code=sd' 'language_code=sk' 'language_code=sl' 'language_code=so' 'language_code=es' 'language_code=sw' 'language_code=sv' 'language_code=ta' 'language_code=te' 'language_code=th' 'language_code=tr' 'language_code=uk' 'language_code=ur' 'language_code=vi' 'language_code=cy'
                case 'elevenlabs/text-to-speech-multilingual-v2' 'elevenlabs/text-to-speech-turbo-2-5' 'elevenlabs'
                    string join \n -- 'voice=EkK5I93UQWFDigLMpZcX' 'voice=Z3R5wn05IrDiVCyEkUrK' 'voice=NNl6r8mD7vthiJatiJt1' 'voice=YOq2y2Up4RgXP2HyXjE5' 'voice=B8gJV1IhpuegLxdpXFOE' 'voice=2zRM7PkgwBPiau2jvVXc' 'voice=1SM7GgM6IMuvQlz2BwM3' 'voice=5l5f8iK3YPeGga21rQIX' 'voice=scOwDtmlUjD3prqpp97I' 'voice=NOpBlnGInO9m6vDvFkFC' 'voice=BZgkqPqms7Kj9ulSkVzn' 'voice=wo6udizrrtpIxWGp2qJk' 'voice=gU0LNdkMOQCOrPrwtbee' 'voice=DGzg6RaUqxGRTHSBjfgF' 'voice=x70vRnQBMBu4FAYhjJbO' 'voice=Sm1seazb4gs7RSlUVw7c' 'voice=P1bg08DkjqiVEzOn76yG' 'voice=qDuRKMlYmrm8trt5QyBn' 'voice=qXpMhyvQqiRxWQs4qSSB' 'voice=TX3LPaxmHKxFdv7VOQHJ' 'voice=N2lVS1w4EtoT3dr4eOWO' 'voice=FGY2WhTYpPnrIDTdsKH5' 'voice=kPzsL2i3teMYv0FxEYQ6' 'voice=UgBBYS2sOqTuMpoF3BR0' 'voice=hpp4J3VqNfWAUOO0d1Us' 'voice=nPczCjzI2devNBz1zQrb' 'voice=uYXf8XasLslADfZ2MB4u' 'voice=gs0tAILXbY5DNrJrsM6F' 'voice=DTKMou8ccj1ZaWGBiotd' 'voice=vBKc2FfBKJfcZNyEt1n6' 'voice=DYkrAHD8iwork3YSUBbs' 'voice=56AoDkrOh6qfVPDXZ7Pt' 'voice=eR40ATw9ArzDf9h3v7t7' 'voice=g6xIsTj2HwM6VR4iXFCw' 'voice=lcMyyd2HUfFzxdCaC4Ta' 'voice=6aDn1KB0hjpdcocrUkmq' 'voice=Sq93GQT4X1lKDXsQcixO' 'voice=flHkNRp1BlvT73UL6gyz' 'voice=9yzdeviXkFddZ4Oz8Mok' 'voice=pPdl9cQBQq4p6mRkZy2Z' 'voice=zYcjlYFOd3taleS0gkk3' 'voice=nzeAacJi50IvxcyDnMXa' 'voice=ruirxsoakN0GWmGNIo04' 'voice=TC0Zp7WVFzhA8zpTlRqV' 'voice=ljo9gAlSqKOvF6D8sOsX' 'voice=PPzYpIqttlTYA83688JI' 'voice=8JVbfL6oEdmuxKn5DK2C' 'voice=iCrDUkL56s3C8sCRl7wb' 'voice=wJqPPQ618aTW29mptyoc' 'voice=EiNlNiXeDU1pqqOPrYMO' 'voice=4YYIPFl9wE5c4L2eu2Gb' 'voice=6F5Zhi321D3Oq7v1oNT4' 'voice=YXpFCvM1S3JbWEJhoskW' 'voice=LG95yZDEHg6fCZdQjLqj' 'voice=CeNX9CMwmxDxUF5Q2Inm' 'voice=aD6riP1btT197c6dACmy' 'voice=mtrellq69YZsNwzUSyXh' 'voice=dHd5gvgSOzSfduK4CvEg' 'voice=eVItLK1UvXctxuaRV2Oq' 'voice=esy0r39YPLQjOczyOib8' 'voice=Tsns2HvNFKfGiNjllgqo' 'voice=1U02n4nD6AdIZ9CjF053' 'voice=AeRdCCKzvd23BpJoofzx' 'voice=LruHrtVF6PSyGItzMNHS' 'voice=1wGbFxmAM3Fgw63G1zZJ' 'voice=hqfrgApggtO1785R4Fsn' 'voice=MJ0RnG71ty4LH3dvNfSd' 'stability=' 'similarity_boost=' 'style=' 'speed=' 'timestamps=true' 'timestamps=false' 'previous_text=' 'next_text=' 'language_code='
                case 'flux1-kontext' 'flux-kontext'
                    string join \n -- 'enable_translation=true' 'enable_translation=false' 'upload_cn=true' 'upload_cn=false' 'output_format=jpeg' 'output_format=png' 'prompt_upsampling=true' 'prompt_upsampling=false' 'safety_tolerance=0' 'safety_tolerance=1' 'safety_tolerance=2' 'safety_tolerance=3' 'safety_tolerance=4' 'safety_tolerance=5' 'safety_tolerance=6' 'watermark='
                case 'gemini-omni-video' 'google/gemini-omni-flash-1-1' 'gemini-omni'
                    string join \n -- 'audio_ids=' 'character_ids='
                case 'google/gemini-2-5-pro-tts' 'google/gemini-3-1-flash-tts'
                    string join \n -- 'speakers=' 'dialogue_turns=' 'temperature=' 'scene=' 'sample_context='
                case 'google/gemini-3-8-flash-lite-tts'
                    string join \n -- 'speakers=' 'dialogue_turns=' 'temperature=' 'filler_words=true' 'filler_words=false'
                case 'google/nano-banana'
                    string join \n -- 'output_format=png' 'output_format=jpeg' 'image_size=1:1' 'image_size=9:16' 'image_size=16:9' 'image_size=3:4' 'image_size=4:3' 'image_size=3:2' 'image_size=2:3' 'image_size=5:4' 'image_size=4:5' 'image_size=21:9' 'image_size=auto' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'google/nano-banana-edit'
                    string join \n -- 'output_format=png' 'output_format=jpeg' 'image_size=1:1' 'image_size=9:16' 'image_size=16:9' 'image_size=3:4' 'image_size=4:3' 'image_size=3:2' 'image_size=2:3' 'image_size=5:4' 'image_size=4:5' 'image_size=21:9' 'image_size=auto'
                case 'gpt-image-2-5-flare-image-to-image' 'gpt-image-2-5-flare-text-to-image' 'gpt-image-2-5-sunburst-image-to-image' 'gpt-image-2-5-sunburst-text-to-image' 'gpt-image-2-image-to-image' 'gpt-image-2-text-to-image' 'gpt-image' 'gpt-image-2'
                    string join \n -- 'background=transparent' 'background=opaque' 'background=auto'
                case 'gpt-image/1.5-image-to-image' 'gpt-image/1.5-text-to-image'
                    string join \n -- 'quality=medium' 'quality=high'
                case 'grok-imagine-image-2-0/segment-edit'
                    string join \n -- 'task_id=' 'mask_indexs='
                case 'grok-imagine/extend'
                    string join \n -- 'task_id=' 'extend_at=' 'extend_times=6' 'extend_times=10'
                case 'grok-imagine/image-to-video'
                    string join \n -- 'task_id=' 'index=' 'mode=fun' 'mode=normal' 'mode=spicy' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'grok-imagine/text-to-image'
                    string join \n -- 'nsfw_checker=true' 'nsfw_checker=false' 'enable_pro=true' 'enable_pro=false'
                case 'grok-imagine/text-to-video'
                    string join \n -- 'mode=fun' 'mode=normal' 'mode=spicy' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'hailuo/02-image-to-video-pro' 'hailuo/02-image-to-video-standard' 'hailuo/02-text-to-video-pro' 'hailuo/02-text-to-video-standard'
                    string join \n -- 'prompt_optimizer=true' 'prompt_optimizer=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'happyhorse/video-edit'
                    string join \n -- 'audio_setting=auto' 'audio_setting=origin'
                case 'ideogram/character' 'ideogram/character-edit'
                    string join \n -- 'rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=REALISTIC' 'style=FICTION' 'expand_prompt=true' 'expand_prompt=false'
                case 'ideogram/character-remix'
                    string join \n -- 'rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=REALISTIC' 'style=FICTION' 'expand_prompt=true' 'expand_prompt=false' 'strength=' 'image_urls@'
                case 'ideogram/v3-edit'
                    string join \n -- 'rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'expand_prompt=true' 'expand_prompt=false'
                case 'ideogram/v3-reframe'
                    string join \n -- 'rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=GENERAL' 'style=REALISTIC' 'style=DESIGN'
                case 'ideogram/v3-remix' 'ideogram'
                    string join \n -- 'rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=GENERAL' 'style=REALISTIC' 'style=DESIGN' 'expand_prompt=true' 'expand_prompt=false' 'strength='
                case 'ideogram/v3-text-to-image'
                    string join \n -- 'rendering_speed=TURBO' 'rendering_speed=BALANCED' 'rendering_speed=QUALITY' 'style=AUTO' 'style=GENERAL' 'style=REALISTIC' 'style=DESIGN' 'expand_prompt=true' 'expand_prompt=false'
                case 'kling-2.6/image-to-video' 'kling-2.6/text-to-video'
                    string join \n -- 'sound=true' 'sound=false'
                case 'kling-2.6/motion-control'
                    string join \n -- 'character_orientation=image' 'character_orientation=video'
                case 'kling-3.0-omni/image-to-video' 'kling-3.0-omni/reference-to-video'
                    string join \n -- 'audio=true' 'audio=false' 'customize_multi_shots=true' 'customize_multi_shots=false' 'prefer_multi_shots=true' 'prefer_multi_shots=false' 'multi_prompt=' 'elements='
                case 'kling-3.0-omni/text-to-video'
                    string join \n -- 'customize_multi_shots=true' 'customize_multi_shots=false' 'prefer_multi_shots=true' 'prefer_multi_shots=false' 'multi_prompt=' 'elements=' 'audio=true' 'audio=false'
                case 'kling-3.0-omni/transformation'
                    string join \n -- 'audio=false' 'audio=true' 'elements='
                case 'kling-3.0/motion-control'
                    string join \n -- 'character_orientation=video' 'character_orientation=image' 'background_source=input_video' 'background_source=input_image'
                case 'kling-3.0/video'
                    string join \n -- 'sound=true' 'sound=false' 'multi_shots=true' 'multi_shots=false' 'multi_prompt=' 'kling_elements='
                case 'kling/v2-1-master-image-to-video' 'kling/v2-1-master-text-to-video' 'kling/v2-1-pro' 'kling/v2-1-standard' 'kling/v2-5-turbo-image-to-video-pro' 'kling/v2-5-turbo-text-to-video-pro'
                    string join \n -- 'cfg_scale='
                case 'nano-banana-2' 'nano-banana-2-1' 'nano-banana-pro' 'nano-banana'
                    string join \n -- 'output_format=png' 'output_format=jpg'
                case 'omnihuman-1-5' 'omnihuman'
                    string join \n -- 'pe_fast_mode=true' 'pe_fast_mode=false'
                case 'pixverse-v6/extend'
                    string join \n -- 'generate_audio_switch=true' 'generate_audio_switch=false' 'taskId='
                case 'pixverse-v6/image-to-video' 'pixverse'
                    string join \n -- 'generate_audio_switch=true' 'generate_audio_switch=false' 'generate_multi_clip_switch=true' 'generate_multi_clip_switch=false' 'template_id=412736208886848' 'template_id=411563216524736' 'template_id=411316927927040' 'template_id=411174903569216' 'template_id=410999246341952' 'template_id=408891141511104' 'template_id=410317363057408' 'template_id=410285445698304' 'template_id=410133101388544' 'template_id=409899296377728' 'template_id=408897485909952' 'template_id=408869061406656' 'template_id=408661207662528' 'template_id=409767750265728' 'template_id=409766559675264' 'template_id=409589071559552' 'template_id=407804339389760' 'template_id=407658863287616' 'template_id=407474361215744' 'template_id=407473438360320' 'template_id=407467702283008' 'template_id=385844572217469' 'template_id=406428904874432' 'template_id=406423682060736' 'template_id=406411724685760' 'template_id=406372274350528' 'template_id=406218913317312' 'template_id=406218479198656' 'template_id=406064763308480' 'template_id=406413607395776' 'template_id=405662117814720' 'template_id=406014934000064' 'template_id=405658369331648' 'template_id=405321470423488' 'template_id=405175211454656' 'template_id=404955806201792' 'template_id=404820147974080' 'template_id=398980393937856' 'template_id=403916646846400' 'template_id=403739217192896' 'template_id=403560060358144' 'template_id=403556618212098' 'template_id=398965022284579' 'template_id=402201060373270' 'template_id=403085292466285' 'template_id=402061828030966' 'template_id=402888569901524' 'template_id=402155676592228' 'template_id=402047865383360' 'template_id=402046136040202'
                case 'pixverse-v6/reference-to-video' 'pixverse-v6/transition'
                    string join \n -- 'generate_audio_switch=true' 'generate_audio_switch=false'
                case 'pixverse-v6/text-to-video'
                    string join \n -- 'generate_audio_switch=true' 'generate_audio_switch=false' 'generate_multi_clip_switch=true' 'generate_multi_clip_switch=false'
                case 'qwen/image-edit'
                    string join \n -- 'acceleration=none' 'acceleration=regular' 'acceleration=high' 'num_inference_steps=' 'guidance_scale=' 'sync_mode=true' 'sync_mode=false' 'enable_safety_checker=true' 'enable_safety_checker=false' 'output_format=jpeg' 'output_format=png' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'qwen/image-to-image'
                    string join \n -- 'strength=' 'output_format=png' 'output_format=jpeg' 'acceleration=none' 'acceleration=regular' 'acceleration=high' 'num_inference_steps=' 'guidance_scale=' 'enable_safety_checker=true' 'enable_safety_checker=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'qwen/text-to-image'
                    string join \n -- 'num_inference_steps=' 'guidance_scale=' 'enable_safety_checker=true' 'enable_safety_checker=false' 'output_format=png' 'output_format=jpeg' 'acceleration=none' 'acceleration=regular' 'acceleration=high' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'qwen2-1/image-to-image' 'qwen2-1/text-to-image'
                    string join \n -- 'background=opaque' 'background=transparent' 'output_format=png' 'output_format=webp' 'output_format=jpeg' 'enhance_prompt=true' 'enhance_prompt=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'qwen2/image-edit' 'qwen2/text-to-image'
                    string join \n -- 'output_format=jpeg' 'output_format=png' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'qwen3/image-to-image' 'qwen3/pro-image-to-image' 'qwen3/pro-text-to-image' 'qwen3/text-to-image' 'qwen'
                    string join \n -- 'output_format=png' 'output_format=jpeg' 'prompt_extend=true' 'prompt_extend=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'runway'
                    string join \n -- 'watermark='
                case 'runway/extend-ai-video' 'veo/extend'
                    string join \n -- 'task_id=' 'watermark='
                case 'seedream/5-flash-image-to-image' 'seedream/5-flash-text-to-image' 'seedream/5-lite-image-to-image' 'seedream/5-lite-text-to-image' 'seedream/5-pro-image-to-image' 'seedream/5-pro-text-to-image' 'seedream'
                    string join \n -- 'output_format=png' 'output_format=jpeg' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'seedream/5-flash-layer-decomposition' 'seedream/5-pro-layer-decomposition'
                    string join \n -- 'output_format=png' 'output_format=jpeg'
                case 'sora-2-characters'
                    string join \n -- 'character_file_url=' 'character_prompt=' 'safety_instruction='
                case 'sora-2-characters-pro'
                    string join \n -- 'origin_task_id=' 'timestamps=' 'character_prompt=' 'character_user_name=' 'safety_instruction='
                case 'sora-2-image-to-video' 'sora-2-text-to-video'
                    string join \n -- 'upload_method=s3' 'upload_method=oss' 'remove_watermark=true' 'remove_watermark=false' 'character_id_list='
                case 'sora-2-pro-image-to-video'
                    string join \n -- 'upload_method=oss' 'upload_method=s3' 'size=standard' 'size=high' 'remove_watermark=true' 'remove_watermark=false' 'character_id_list='
                case 'sora-2-pro-storyboard'
                    string join \n -- 'upload_method=s3' 'upload_method=oss' 'shots='
                case 'sora-2-pro-text-to-video'
                    string join \n -- 'upload_method=s3' 'upload_method=oss' 'size=standard' 'size=high' 'remove_watermark=true' 'remove_watermark=false' 'character_id_list='
                case 'sora-watermark-remover'
                    string join \n -- 'upload_method=oss' 'upload_method=s3'
                case 'topaz/image-upscale' 'topaz/video-upscale' 'upscale' 'video-upscale'
                    string join \n -- 'upscale_factor=1' 'upscale_factor=2' 'upscale_factor=4'
                case 'veo-3-1' 'veo'
                    string join \n -- 'generation_type=TEXT_2_VIDEO' 'generation_type=FIRST_AND_LAST_FRAMES_2_VIDEO' 'generation_type=REFERENCE_2_VIDEO' 'enable_fallback=true' 'enable_fallback=false' 'enable_translation=true' 'enable_translation=false' 'watermark='
                case 'veo/get-1080p-video'
                    string join \n -- 'taskId=' 'index='
                case 'veo/get-4k-video'
                    string join \n -- 'task_id=' 'index='
                case 'volcengine/video-to-video-lip-sync' 'lip-sync'
                    string join \n -- 'mode=lite' 'mode=basic' 'separate_vocal=true' 'separate_vocal=false' 'open_scenedet=true' 'open_scenedet=false' 'align_audio=true' 'align_audio=false' 'align_audio_reverse=true' 'align_audio_reverse=false' 'templ_start_seconds='
                case 'wan/2-2-a14b-image-to-video-turbo' 'wan/2-2-a14b-text-to-video-turbo'
                    string join \n -- 'enable_prompt_expansion=true' 'enable_prompt_expansion=false' 'acceleration=none' 'acceleration=regular' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/2-2-a14b-speech-to-video-turbo'
                    string join \n -- 'num_frames=' 'frames_per_second=' 'num_inference_steps=' 'guidance_scale=' 'shift=' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/2-5-image-to-video' 'wan/2-5-text-to-video'
                    string join \n -- 'enable_prompt_expansion=true' 'enable_prompt_expansion=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/2-6-flash-image-to-video' 'wan/2-6-flash-video-to-video'
                    string join \n -- 'audio=true' 'audio=false' 'multi_shots=true' 'multi_shots=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/2-6-image-to-video' 'wan/2-6-text-to-video' 'wan/2-6-video-to-video'
                    string join \n -- 'multi_shots=true' 'multi_shots=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/2-7-image' 'wan/2-7-image-pro'
                    string join \n -- 'enable_sequential=true' 'enable_sequential=false' 'thinking_mode=true' 'thinking_mode=false' 'color_palette=' 'bbox_list=' 'watermark=true' 'watermark=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/2-7-image-to-video' 'wan/2-7-r2v' 'wan/2-7-text-to-video'
                    string join \n -- 'prompt_extend=true' 'prompt_extend=false' 'watermark=true' 'watermark=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/2-7-videoedit'
                    string join \n -- 'audio_setting=auto' 'audio_setting=origin' 'prompt_extend=true' 'prompt_extend=false' 'watermark=true' 'watermark=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'wan/3-0-video' 'wan/3-0-video-prime' 'wan'
                    string join \n -- 'reference_file_urls=' 'reference_link_urls=' 'audio=true' 'audio=false' 'nsfw_checker=true' 'nsfw_checker=false'
                case 'grok-video'
                    string join \n -- 'mode=fun' 'mode=normal' 'mode=spicy' 'nsfw_checker=true' 'nsfw_checker=false' 'task_id=' 'index='
            end
        case --resolution
            switch "$argv[2]"
                case 'bytedance/seedance-1.5-pro' 'bytedance/seedance-2-5' 'bytedance/v1-lite-image-to-video' 'bytedance/v1-lite-text-to-video' 'bytedance/v1-pro-image-to-video' 'bytedance/v1-pro-text-to-video' 'grok-imagine-video-1-5-preview' 'grok-imagine/image-to-video' 'grok-imagine/text-to-video' 'grok-video' 'seedance'
                    string join \n -- 480p 720p 1080p
                case 'bytedance/seedance-2'
                    string join \n -- 480p 720p 1080p 4k
                case 'bytedance/seedance-2-fast' 'bytedance/seedance-2-mini' 'infinitalk/from-audio' 'wan/2-2-a14b-image-to-video-turbo' 'wan/2-2-a14b-text-to-video-turbo' 'infinitalk'
                    string join \n -- 480p 720p
                case 'bytedance/seedream-v4-edit' 'bytedance/seedream-v4-text-to-image' 'gpt-image-2-5-flare-image-to-image' 'gpt-image-2-5-flare-text-to-image' 'gpt-image-2-5-sunburst-image-to-image' 'gpt-image-2-5-sunburst-text-to-image' 'gpt-image-2-image-to-image' 'gpt-image-2-text-to-image' 'nano-banana-2' 'nano-banana-2-1' 'nano-banana-pro' 'wan/2-7-image' 'wan/2-7-image-pro' 'gpt-image' 'gpt-image-2' 'nano-banana'
                    string join \n -- 1K 2K 4K
                case 'bytedance/v1-pro-fast-image-to-video' 'grok-imagine/upscale' 'happyhorse-1-1/image-to-video' 'happyhorse-1-1/reference-to-video' 'happyhorse-1-1/text-to-video' 'happyhorse/image-to-video' 'happyhorse/reference-to-video' 'happyhorse/text-to-video' 'happyhorse/video-edit' 'kling-2.6/motion-control' 'kling/v3-turbo-image-to-video' 'kling/v3-turbo-text-to-video' 'omnihuman-1-5' 'runway' 'wan/2-5-image-to-video' 'wan/2-5-text-to-video' 'wan/2-6-flash-image-to-video' 'wan/2-6-flash-video-to-video' 'wan/2-6-image-to-video' 'wan/2-6-text-to-video' 'wan/2-6-video-to-video' 'wan/2-7-image-to-video' 'wan/2-7-r2v' 'wan/2-7-text-to-video' 'wan/2-7-videoedit' 'happyhorse' 'kling' 'omnihuman'
                    string join \n -- 720p 1080p
                case 'flux-2/flex-image-to-image' 'flux-2/flex-text-to-image' 'flux-2/pro-image-to-image' 'flux-2/pro-text-to-image' 'qwen2-1/image-to-image' 'qwen2-1/text-to-image' 'qwen3/image-to-image' 'qwen3/pro-image-to-image' 'qwen3/pro-text-to-image' 'qwen3/text-to-image' 'seedream/5-pro-image-to-image' 'seedream/5-pro-text-to-image' 'flux' 'flux-2' 'qwen' 'seedream'
                    string join \n -- 1K 2K
                case 'gemini-omni-video' 'kling-3.0-omni/image-to-video' 'kling-3.0-omni/reference-to-video' 'kling-3.0-omni/text-to-video' 'kling-3.0-omni/transformation' 'veo-3-1' 'veo'
                    string join \n -- 720p 1080p 4k
                case 'google/gemini-omni-flash-1-1' 'gemini-omni'
                    string join \n -- 360p 720p 1080p 4k
                case 'hailuo/02-image-to-video-standard'
                    string join \n -- 512P 768P
                case 'hailuo/2-3-image-to-video-pro' 'hailuo/2-3-image-to-video-standard'
                    string join \n -- 768P 1080P
                case 'kling-3.0/motion-control'
                    string join \n -- std pro 720p 1080p
                case 'kling-3.0/video'
                    string join \n -- 720p 1080p 4K
                case 'minimax-h3/image-to-video' 'minimax-h3/reference-to-video' 'minimax-h3/text-to-video' 'hailuo' 'minimax-h3'
                    string join \n -- 768P 2K
                case 'pixverse-v6/extend' 'pixverse-v6/image-to-video' 'pixverse-v6/reference-to-video' 'pixverse-v6/text-to-video' 'pixverse-v6/transition' 'pixverse'
                    string join \n -- 360p 540p 720p 1080p
                case 'seedream/4.5-edit' 'seedream/4.5-text-to-image'
                    string join \n -- 2K 4K
                case 'seedream/5-flash-image-to-image' 'seedream/5-flash-text-to-image'
                    string join \n -- 1K 1.5K 2K
                case 'seedream/5-flash-layer-decomposition' 'seedream/5-pro-layer-decomposition'
                    string join \n -- auto 1K 1.5K 2K
                case 'seedream/5-lite-image-to-image' 'seedream/5-lite-text-to-image'
                    string join \n -- 2K 3K 4K
                case 'wan/2-2-a14b-speech-to-video-turbo' 'wan/2-2-animate-move' 'wan/2-2-animate-replace'
                    string join \n -- 480p 580p 720p
                case 'wan/3-0-video' 'wan/3-0-video-prime' 'wan'
                    string join \n -- 480P 720P 1080P
                case ''
                    string join \n -- auto pro std 1K 1.5K 2K 3K 4K 4k 360p 480P 480p 512P 540p 580p 720P 720p 768P 1080P 1080p
            end
    end
end

# Print the index files that kie keeps.
function __kie_index
    set -l folder $HOME/.cache/kie
    string match -q '/*' -- "$XDG_CACHE_HOME"; and set folder $XDG_CACHE_HOME/kie
    test -n "$KIE_CACHE_DIR"; and set folder $KIE_CACHE_DIR
    for name in $argv
        set -l file $folder/completion/$name
        test -r $file; and read -z -l lines <$file; and string split -n \n -- $lines
    end
end

function __kie_complete
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l model $KIE_MODEL
    set -l sandbox $KIE_SANDBOX
    set -l place 0
    set -l key
    set -l flag
    set -l head
    for word in $words[2..-1]
        if test -n "$flag"
            contains -- $flag -m --model; and set model $word
            set flag
            continue
        end
        switch $word
            case --sandbox
                set sandbox 1
            case '--model=*'
                set model (string replace -r '^[^=]*=' '' -- $word)
            case '--*=*'
            case '-?*'
                set -l offers (__kie_offers "option $key $word")
                set -q offers[1]; and set flag $word
            case '*'
                set -l offers (__kie_offers "commands $key")
                if set -q offers[1]
                    set key (string trim -- "$key $word")
                else
                    set place (math $place + 1)
                end
        end
    end

    if test -z "$flag"; and string match -q -- '--*=*' "$cur"
        set flag (string replace -r '=.*' '' -- $cur)
        set head $flag=
    end
    set -l offers
    if test -n "$flag"
        set offers (__kie_offers "option $key $flag")
    else if string match -q -- '-*' "$cur"
        set offers (__kie_offers "flags $key")
    else
        set offers (__kie_offers "commands $key")
        set -q offers[1]; or set offers (__kie_offers "argument $key $place")
    end

    if test -n "$head"
        string join \n -- $head(__kie_print "$model" "$sandbox" (string replace -- $head '' $cur) $offers)
    else
        __kie_print "$model" "$sandbox" "$cur" $offers
    end
end

# Print what is meant by offers: @models, say.
function __kie_print -a model sandbox cur kind
    switch "$kind"
        case ''
        case @none
        case @files
            complete -C"'' $cur"
        case @keys
            __kie_offers keys
        case @models
            __kie_offers models
            __kie_index models
        case @values
            set -l flag $argv[5]
            set -l offers (__kie_values $flag "$model")
            if not set -q offers[1]
                set offers (__kie_index values | string match -- "$flag $model"\t'*')
                set offers (string replace -r '.*\t' '' -- $offers | string split ' ')
            end
            if test $flag = --param; and string match -q -- '*@*' "$cur"
                set -l file (string replace -r '.*?@' '' -- $cur)
                set offers (string replace -r '@.*' '@' -- $cur)(complete -C"'' $file")
            end
            string join \n -- $offers
        case '@*'
            set -l room
            contains -- (string lower -- "$sandbox") 1 true yes on; and set room sandbox/
            __kie_index (string replace @ "$room" -- $argv[4..-1])
        case '*'
            string join \n -- $argv[4..-1]
    end
end

complete -c kie -k -f -a '(__kie_complete)'
