# Made from the program by docs/make_completions.py; do not edit.
# The words: `& $KieOffers KEY` and `& $KieValues FLAG MODEL` give "WORD" or "WORD<tab>MEANING".
$KieOffers = {
    param($key)
    $found = @(switch -Wildcard ($key) {
        'commands ' { 'adopt\tSay which task a create of unknown outcome made', 'batch\tMake many tasks from a file, and wait for all of them', 'completion\tPrint the script that completes commands, flags, models, their values and task ids', 'create\tSubmit one paid task and print its id', 'credits\tPrint the balance in credits', 'doctor\tCheck the key, the hosts, the clock, folders and the record of tasks', 'download\tSave the results of finished tasks', 'forget\tSay that a create of unknown outcome made no task, or drop old tasks from the list', 'gallery\tWrite a page with what this machine made: pictures, prompts, models, times, credits', 'help\tExplain a topic or a command', 'list\tList what this machine made, newest first', 'models\tList the models of kie.ai, or show what one of them takes', 'open\tOpen the results of finished tasks: the saved files, else their URLs', 'show\tDraw the pictures of a task, or a picture file, in the terminal', 'spend\tShow what was spent, by this machine''s own record', 'status\tLook at each task once', 'upload\tUpload files and print their URLs', 'wait\tWait until tasks finish', 'config\tKeep the API key and other settings', 'sandbox\tThe offline imitation of kie.ai', 'webhook\tCheck and receive kie.ai''s callbacks', 'ls\tthe same as list'; break }
        'commands config' { 'set\tSave a setting', 'get\tPrint one setting that is in force; of the key only the end', 'unset\tRemove a setting from the config file', 'list\tList all settings with their values and where each comes from', 'path\tPrint where the config file is'; break }
        'commands sandbox' { 'serve\tServe the sandbox over HTTP on this machine, until Ctrl-C'; break }
        'commands webhook' { 'verify\tCheck that a callback is kie.ai''s and not older than 5 minutes', 'listen\tReceive kie.ai''s callbacks on this machine, until Ctrl-C'; break }
        'flags adopt' { '--for\tThe create that it belongs to', '--force\tAdopt it even if it does not fit. Needs --for', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument adopt 0' { '@tasks'; break }
        'flags batch' { '--prompt\tWhat to make; {name} is the column of that name', '-p\tWhat to make; {name} is the column of that name', '--prompt-file\tThe prompt from a file, which may be {name}.txt', '-f\tThe prompt from a file, which may be {name}.txt', '--negative-prompt\tWhat to keep out', '--image\tAn input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs', '-i\tAn input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs', '--mask\tWhere to change the image', '--video\tAn input video; repeat it', '--audio\tAn input sound; repeat it', '--first-frame\tThe image that a video begins with', '--last-frame\tThe image that a video ends with', '--reference\tAn image to take people or style from; repeat it', '--model\tAn id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin', '-m\tAn id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin', '--aspect-ratio\t1:1, 16:9, ', '-a\t1:1, 16:9, ', '--resolution\t1K, 2K, 720p, ', '-r\t1K, 2K, 720p, ', '--duration\tHow long a video is', '--count\tHow many images one task makes', '--seed\tThe same seed: a like result', '--param\tAny field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one', '-P\tAny field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one', '--input\tThe whole input as JSON; columns and flags win', '--callback-url\tkie.ai calls it at the end', '--download\tSave the results (KEY-N.ext)', '-d\tSave the results (KEY-N.ext)', '--output\tWhere to save: a folder (ends in /), or a name with {key}, {task}, {index}, {model}, {date}, {ext}. Implies -d', '-o\tWhere to save: a folder (ends in /), or a name with {key}, {task}, {index}, {model}, {date}, {ext}. Implies -d', '--force\tOverwrite files', '--concurrency\tHow many tasks are under way at once', '--keep-going\tSend no more rows after a failure', '--fail-fast\tSend no more rows after a failure', '--shard\tOnly the Nth of M parts of the rows', '--max-credits\tSend nothing if all rows together cost more; an unknown price is too much', '--yes\tDo not ask before paying', '-y\tDo not ask before paying', '--dry-run\tCheck all rows, print the requests, send nothing', '--no-validate\tSend values that kie would refuse', '--timeout\tHow long to wait: 90s, 15m, 1h30m, seconds, none. Default 15m; 0 looks once', '--interval\tHow often to look. Default: 2 s, then less', '--label\tA word to find tasks by', '--github-output\tTell later steps of a GitHub Actions job: outputs and a summary', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument batch 0' { '@files'; break }
        'flags completion' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument completion 0' { 'bash', 'zsh', 'fish', 'powershell'; break }
        'flags create' { '--prompt\tWhat to make; - reads stdin', '-p\tWhat to make; - reads stdin', '--prompt-file\tThe prompt from a file', '-f\tThe prompt from a file', '--negative-prompt\tWhat to keep out', '--image\tAn input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs', '-i\tAn input image; repeat it: image 1, image 2. Local files are uploaded unchanged (EXIF and GPS data too) and get public URLs', '--mask\tWhere to change the image', '--video\tAn input video; repeat it', '--audio\tAn input sound; repeat it', '--first-frame\tThe image that a video begins with', '--last-frame\tThe image that a video ends with', '--reference\tAn image to take people or style from; repeat it', '--model\tAn id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin', '-m\tAn id or a short name (kie models lists them). Default flux-2/pro-image-to-image, without images its twin', '--aspect-ratio\t1:1, 16:9, ', '-a\t1:1, 16:9, ', '--resolution\t1K, 2K, 720p, ', '-r\t1K, 2K, 720p, ', '--duration\tHow long a video is', '--count\tHow many images one task makes', '--seed\tThe same seed: a like result', '--param\tAny field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one', '-P\tAny field of the model: NAME=TEXT, NAME:=JSON, or NAME@FILE to upload one', '--input\tThe whole input as JSON; flags win', '--callback-url\tkie.ai calls it at the end', '--wait\tWait for the result', '-w\tWait for the result', '--download\tSave the results (TASKID-N.ext)', '-d\tSave the results (TASKID-N.ext)', '--output\tWhere to save: a file, a folder (ends in /), or - for stdout. Implies -d', '-o\tWhere to save: a file, a folder (ends in /), or - for stdout. Implies -d', '--force\tOverwrite files', '--timeout\tHow long to wait: 90s, 15m, 1h30m, seconds, none. Default 15m; 0 looks once', '--interval\tHow often to look. Default: 2 s, then less', '--label\tA word to find tasks by', '--once\tCreate only once for KEY, however often run', '--max-credits\tSend nothing that costs more; an unknown price is too much', '--dry-run\tPrint the request; upload and send nothing', '--print-curl\tPrint the request as a curl command', '--no-validate\tSend values that kie would refuse', '--open\tOpen the result. Implies -w', '--github-output\tTell later steps of a GitHub Actions job: outputs and a summary', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags credits' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags doctor' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags download' { '--unsaved\tAll finished tasks of this machine not saved yet', '--output\tWhere to save: a file, a folder (ends in /), or - for stdout. Implies -d', '-o\tWhere to save: a file, a folder (ends in /), or - for stdout. Implies -d', '--force\tOverwrite files', '--github-output\tTell later steps of a GitHub Actions job: outputs and a summary', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument download *' { '@tasks'; break }
        'flags forget' { '--before\tAll that is older and saved', '--force\tAlso tasks with results that are not saved', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument forget *' { '@tasks', '@intents'; break }
        'flags gallery' { '--output\tThe page. Default: kie-gallery.html here', '-o\tThe page. Default: kie-gallery.html here', '--open\tOpen it', '--since\tMade since then', '--label\tWith this label', '--limit\tThe newest so many', '-n\tThe newest so many', '--force\tOverwrite files', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags help' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument help 0' { 'exit-codes', 'environment', 'scripting', 'sandbox', 'adopt', 'batch', 'completion', 'config', 'create', 'credits', 'doctor', 'download', 'forget', 'gallery', 'help', 'list', 'models', 'open', 'sandbox', 'show', 'spend', 'status', 'upload', 'wait', 'webhook'; break }
        'flags list' { '--since\tMade since then', '--state\tIn this state: success, fail, waiting, unknown', '--model\tMade with this model', '-m\tMade with this model', '--label\tWith this label', '--unknown\tCreates whose outcome is not known', '--limit\tThe newest so many', '-n\tThe newest so many', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags ls' { & $KieOffers 'flags list'; break }
        'flags models' { '--media\tThat make this: image, video, audio, text', '--task\tFor this task: text-to-image, lip-sync, ', '--vendor\tOf this maker', '--search\tWith all these words', '--status\tWith this status: listed, new, gone, delisted', '--refresh\tAsk kie.ai; show what is new, gone, priced anew', '--all\tWith --refresh: every model''s input, one a second', '--diff\tHow kie.ai''s last word differs from kie''s own facts', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument models 0' { '@models'; break }
        'flags open' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument open *' { '@tasks'; break }
        'flags show' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument show 0' { '@tasks'; break }
        'flags spend' { '--by\tOne line for each', '--since\tSent since then', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags status' { '--exit-status\tExit with the verdict: 0 done, 3 failed, 8 running', '--raw\tPrint kie.ai''s own JSON', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument status *' { '@tasks'; break }
        'flags upload' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument upload *' { '@files'; break }
        'flags wait' { '--last\tThe newest task of this machine', '--pending\tAll unfinished tasks of this machine', '--label\tAll tasks of this label; with --pending the unfinished', '--any\tReturn with the first that ends', '--fail-fast\tEnd at the first failure', '--download\tSave the results (TASKID-N.ext)', '-d\tSave the results (TASKID-N.ext)', '--output\tWhere to save: a file, a folder (ends in /), or - for stdout. Implies -d', '-o\tWhere to save: a file, a folder (ends in /), or - for stdout. Implies -d', '--force\tOverwrite files', '--timeout\tHow long to wait: 90s, 15m, 1h30m, seconds, none. Default 15m; 0 looks once', '--interval\tHow often to look. Default: 2 s, then less', '--github-output\tTell later steps of a GitHub Actions job: outputs and a summary', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument wait *' { '@tasks'; break }
        'flags config set' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument config set 0' { '@keys'; break }
        'argument config set 1' { '@none'; break }
        'flags config get' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument config get 0' { '@keys'; break }
        'flags config unset' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument config unset 0' { '@keys'; break }
        'flags config list' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags config path' { '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags sandbox serve' { '--port\tThe port; 0 picks a free one', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'flags webhook verify' { '--header\tA header of it (repeat)', '-H\tA header of it (repeat)', '--headers\tA file with its headers, one a line', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'argument webhook verify 0' { '@files'; break }
        'flags webhook listen' { '--port\tThe port; 0 picks a free one', '--exec\tRun for each result, without a shell; has KIE_TASK_ID, KIE_STATE, KIE_URLS', '--count\tEnd after so many results', '--timeout\tEnd after 90s, 15m, 1h30m. Default none', '--json\tOne JSON object a line on stdout', '--quiet\tResults and errors only', '-q\tResults and errors only', '--verbose\tShow each request', '-v\tShow each request', '--no-input\tNever ask', '--color\tColour', '--sandbox\tOffline imitation: nothing real, no key, free', '--help\tShow the help'; break }
        'option * --for' { '@intents'; break }
        'option * --color' { 'auto', 'always', 'never'; break }
        'option * -p' { '@none'; break }
        'option * --prompt' { & $KieOffers 'option * -p'; break }
        'option * --negative-prompt' { & $KieOffers 'option * -p'; break }
        'option webhook listen --count' { & $KieOffers 'option * -p'; break }
        'option * --seed' { & $KieOffers 'option * -p'; break }
        'option * --callback-url' { & $KieOffers 'option * -p'; break }
        'option batch -o' { & $KieOffers 'option * -p'; break }
        'option batch --output' { & $KieOffers 'option * -p'; break }
        'option * --concurrency' { & $KieOffers 'option * -p'; break }
        'option * --shard' { & $KieOffers 'option * -p'; break }
        'option * --max-credits' { & $KieOffers 'option * -p'; break }
        'option * --timeout' { & $KieOffers 'option * -p'; break }
        'option * --interval' { & $KieOffers 'option * -p'; break }
        'option * --label' { & $KieOffers 'option * -p'; break }
        'option * --once' { & $KieOffers 'option * -p'; break }
        'option * --before' { & $KieOffers 'option * -p'; break }
        'option * --since' { & $KieOffers 'option * -p'; break }
        'option * -n' { & $KieOffers 'option * -p'; break }
        'option * --limit' { & $KieOffers 'option * -p'; break }
        'option * --task' { & $KieOffers 'option * -p'; break }
        'option * --vendor' { & $KieOffers 'option * -p'; break }
        'option * --search' { & $KieOffers 'option * -p'; break }
        'option * --port' { & $KieOffers 'option * -p'; break }
        'option * -H' { & $KieOffers 'option * -p'; break }
        'option * --header' { & $KieOffers 'option * -p'; break }
        'option * --exec' { & $KieOffers 'option * -p'; break }
        'option * -f' { '@files'; break }
        'option * --prompt-file' { & $KieOffers 'option * -f'; break }
        'option * -i' { & $KieOffers 'option * -f'; break }
        'option * --image' { & $KieOffers 'option * -f'; break }
        'option * --mask' { & $KieOffers 'option * -f'; break }
        'option * --video' { & $KieOffers 'option * -f'; break }
        'option * --audio' { & $KieOffers 'option * -f'; break }
        'option * --first-frame' { & $KieOffers 'option * -f'; break }
        'option * --last-frame' { & $KieOffers 'option * -f'; break }
        'option * --reference' { & $KieOffers 'option * -f'; break }
        'option * --input' { & $KieOffers 'option * -f'; break }
        'option create -o' { & $KieOffers 'option * -f'; break }
        'option download -o' { & $KieOffers 'option * -f'; break }
        'option gallery -o' { & $KieOffers 'option * -f'; break }
        'option wait -o' { & $KieOffers 'option * -f'; break }
        'option create --output' { & $KieOffers 'option * -f'; break }
        'option download --output' { & $KieOffers 'option * -f'; break }
        'option gallery --output' { & $KieOffers 'option * -f'; break }
        'option wait --output' { & $KieOffers 'option * -f'; break }
        'option * --headers' { & $KieOffers 'option * -f'; break }
        'option * -m' { '@models'; break }
        'option * --model' { & $KieOffers 'option * -m'; break }
        'option * -a' { '@values', '--aspect-ratio'; break }
        'option * --aspect-ratio' { & $KieOffers 'option * -a'; break }
        'option * -r' { '@values', '--resolution'; break }
        'option * --resolution' { & $KieOffers 'option * -r'; break }
        'option * --duration' { '@values', '--duration'; break }
        'option batch --count' { '@values', '--count'; break }
        'option create --count' { & $KieOffers 'option batch --count'; break }
        'option * -P' { '@values', '--param'; break }
        'option * --param' { & $KieOffers 'option * -P'; break }
        'option * --state' { 'success', 'fail', 'waiting', 'unknown'; break }
        'option * --media' { 'image', 'video', 'audio', 'text'; break }
        'option * --status' { 'listed', 'new', 'gone', 'delisted'; break }
        'option * --by' { 'day', 'model', 'label'; break }
        'keys' { 'token\tthe API key (https://kie.ai/api-key)', 'token_command\ta command whose first output line is the API key', 'model\tthe model of create', 'timeout\thow long to wait for a task: 90s, 15m, 1h30m, seconds, none', 'output_dir\tthe folder for results', 'callback_url\tthe URL that kie.ai calls when a task has ended', 'webhook_key\tthe key that kie.ai signs its calls with (https://kie.ai/settings)', 'base_url\tthe API host', 'upload_url\tthe upload host', 'record_prompts\twhether the ledger keeps prompts; false: only a hash', 'rate_limit\tthe creates that kie.ai takes from the account in 10 s', 'ask_above\tthe credits above which batch asks on a terminal before it sends anything', 'max_credits_per_task\tthe credits that one task may cost; an unknown price is too much', 'max_credits_per_day\tthe credits that all creates of a day may cost, by this machine''s record'; break }
        'models' { '4o-image-api\timage, OpenAI', 'ai-music-api/add-instrumental\taudio, Suno', 'ai-music-api/add-vocals\taudio, Suno', 'ai-music-api/boost-music-style\ttext, Suno', 'ai-music-api/check-voice\ttext, Suno', 'ai-music-api/convert-to-wav-format\taudio, Suno', 'ai-music-api/cover-generate\timage, Suno', 'ai-music-api/create-music-video\tvideo, Suno', 'ai-music-api/create-voice\ttext, Suno', 'ai-music-api/extend\taudio, Suno', 'ai-music-api/generate\taudio, Suno', 'ai-music-api/generate-lyrics\ttext, Suno', 'ai-music-api/generate-midi-from-audio\ttext, Suno', 'ai-music-api/generate-persona\ttext, Suno', 'ai-music-api/mashup\taudio, Suno', 'ai-music-api/regenerate-phrase\ttext, Suno', 'ai-music-api/replace-section\taudio, Suno', 'ai-music-api/separate-vocals\taudio, Suno', 'ai-music-api/sounds\taudio, Suno', 'ai-music-api/suno-recovery-audio\taudio, Suno', 'ai-music-api/timeStamped-lyrics\ttext, Suno', 'ai-music-api/upload-and-cover-audio\taudio, Suno', 'ai-music-api/upload-and-extend-audio\taudio, Suno', 'ai-music-api/validation-phrase\ttext, Suno', 'bytedance/seedance-1.5-pro\tvideo, ByteDance', 'bytedance/seedance-2\tvideo, ByteDance', 'bytedance/seedance-2-5\tvideo, ByteDance', 'bytedance/seedance-2-fast\tvideo, ByteDance', 'bytedance/seedance-2-mini\tvideo, ByteDance', 'bytedance/seedream\timage, ByteDance', 'bytedance/seedream-v4-edit\timage, ByteDance', 'bytedance/seedream-v4-text-to-image\timage, ByteDance', 'bytedance/v1-lite-image-to-video\tvideo, ByteDance', 'bytedance/v1-lite-text-to-video\tvideo, ByteDance', 'bytedance/v1-pro-fast-image-to-video\tvideo, ByteDance', 'bytedance/v1-pro-image-to-video\tvideo, ByteDance', 'bytedance/v1-pro-text-to-video\tvideo, ByteDance', 'elevenlabs/audio-isolation\taudio, ElevenLabs', 'elevenlabs/sound-effect-v2\taudio, ElevenLabs', 'elevenlabs/speech-to-text\ttext, ElevenLabs', 'elevenlabs/text-to-dialogue-v3\taudio, ElevenLabs', 'elevenlabs/text-to-speech-multilingual-v2\taudio, ElevenLabs', 'elevenlabs/text-to-speech-turbo-2-5\taudio, ElevenLabs', 'flux-2/flex-image-to-image\timage, Black Forest Labs', 'flux-2/flex-text-to-image\timage, Black Forest Labs', 'flux-2/pro-image-to-image\timage, Black Forest Labs', 'flux-2/pro-text-to-image\timage, Black Forest Labs', 'flux1-kontext\timage, Black Forest Labs', 'gemini-omni-video\tvideo, Google', 'google/gemini-2-5-pro-tts\taudio, Google', 'google/gemini-3-1-flash-tts\taudio, Google', 'google/gemini-3-8-flash-lite-tts\taudio, Google', 'google/gemini-3-8-flash-tts\taudio, Google', 'google/gemini-omni-flash-1-1\tvideo, Google', 'google/imagen4\timage, Google', 'google/imagen4-fast\timage, Google', 'google/imagen4-ultra\timage, Google', 'google/nano-banana\timage, Google', 'google/nano-banana-edit\timage, Google', 'gpt-image-2-5-flare-image-to-image\timage, OpenAI', 'gpt-image-2-5-flare-text-to-image\timage, OpenAI', 'gpt-image-2-5-sunburst-image-to-image\timage, OpenAI', 'gpt-image-2-5-sunburst-text-to-image\timage, OpenAI', 'gpt-image-2-image-to-image\timage, OpenAI', 'gpt-image-2-text-to-image\timage, OpenAI', 'gpt-image/1.5-image-to-image\timage, OpenAI', 'gpt-image/1.5-text-to-image\timage, OpenAI', 'grok-imagine-image-2-0/image-edit\timage, xAI', 'grok-imagine-image-2-0/segment-edit\timage, xAI', 'grok-imagine-image-2-0/segment-map\timage, xAI', 'grok-imagine-image-2-0/text-to-image\timage, xAI', 'grok-imagine-video-1-5-preview\tvideo, xAI', 'grok-imagine/extend\tvideo, xAI', 'grok-imagine/image-to-image\timage, xAI', 'grok-imagine/image-to-video\tvideo, xAI', 'grok-imagine/text-to-image\timage, xAI', 'grok-imagine/text-to-video\tvideo, xAI', 'grok-imagine/upscale\tvideo, xAI', 'hailuo/02-image-to-video-pro\tvideo, MiniMax', 'hailuo/02-image-to-video-standard\tvideo, MiniMax', 'hailuo/02-text-to-video-pro\tvideo, MiniMax', 'hailuo/02-text-to-video-standard\tvideo, MiniMax', 'hailuo/2-3-image-to-video-pro\tvideo, MiniMax', 'hailuo/2-3-image-to-video-standard\tvideo, MiniMax', 'happyhorse-1-1/image-to-video\tvideo, Alibaba', 'happyhorse-1-1/reference-to-video\tvideo, Alibaba', 'happyhorse-1-1/text-to-video\tvideo, Alibaba', 'happyhorse/image-to-video\tvideo, Alibaba', 'happyhorse/reference-to-video\tvideo, Alibaba', 'happyhorse/text-to-video\tvideo, Alibaba', 'happyhorse/video-edit\tvideo, Alibaba', 'ideogram/character\timage, Ideogram', 'ideogram/character-edit\timage, Ideogram', 'ideogram/character-remix\timage, Ideogram', 'ideogram/v3-edit\timage, Ideogram', 'ideogram/v3-reframe\timage, Ideogram', 'ideogram/v3-remix\timage, Ideogram', 'ideogram/v3-text-to-image\timage, Ideogram', 'infinitalk/from-audio\tvideo, MeiGen-AI', 'kling-2.6/image-to-video\tvideo, Kuaishou', 'kling-2.6/motion-control\tvideo, Kuaishou', 'kling-2.6/text-to-video\tvideo, Kuaishou', 'kling-3.0-omni/image-to-video\tvideo, Kuaishou', 'kling-3.0-omni/reference-to-video\tvideo, Kuaishou', 'kling-3.0-omni/text-to-video\tvideo, Kuaishou', 'kling-3.0-omni/transformation\tvideo, Kuaishou', 'kling-3.0/motion-control\tvideo, Kuaishou', 'kling-3.0/video\tvideo, Kuaishou', 'kling/ai-avatar-pro\tvideo, Kuaishou', 'kling/ai-avatar-standard\tvideo, Kuaishou', 'kling/v2-1-master-image-to-video\tvideo, Kuaishou', 'kling/v2-1-master-text-to-video\tvideo, Kuaishou', 'kling/v2-1-pro\tvideo, Kuaishou', 'kling/v2-1-standard\tvideo, Kuaishou', 'kling/v2-5-turbo-image-to-video-pro\tvideo, Kuaishou', 'kling/v2-5-turbo-text-to-video-pro\tvideo, Kuaishou', 'kling/v3-turbo-image-to-video\tvideo, Kuaishou', 'kling/v3-turbo-text-to-video\tvideo, Kuaishou', 'minimax-h3/image-to-video\tvideo, MiniMax', 'minimax-h3/reference-to-video\tvideo, MiniMax', 'minimax-h3/text-to-video\tvideo, MiniMax', 'nano-banana-2\timage, Google', 'nano-banana-2-1\timage, Google', 'nano-banana-2-lite\timage, Google', 'nano-banana-pro\timage, Google', 'omnihuman-1-5\tvideo, ByteDance', 'omnihuman-1-5/human-identification\ttext, ByteDance', 'omnihuman-1-5/subject-detection\timage, ByteDance', 'pixverse-v6/extend\tvideo, PixVerse', 'pixverse-v6/image-to-video\tvideo, PixVerse', 'pixverse-v6/reference-to-video\tvideo, PixVerse', 'pixverse-v6/text-to-video\tvideo, PixVerse', 'pixverse-v6/transition\tvideo, PixVerse', 'qwen/image-edit\timage, Alibaba', 'qwen/image-to-image\timage, Alibaba', 'qwen/text-to-image\timage, Alibaba', 'qwen2-1/image-to-image\timage, Alibaba', 'qwen2-1/text-to-image\timage, Alibaba', 'qwen2/image-edit\timage, Alibaba', 'qwen2/text-to-image\timage, Alibaba', 'qwen3/image-to-image\timage, Alibaba', 'qwen3/pro-image-to-image\timage, Alibaba', 'qwen3/pro-text-to-image\timage, Alibaba', 'qwen3/text-to-image\timage, Alibaba', 'recraft/crisp-upscale\timage, Recraft', 'recraft/remove-background\timage, Recraft', 'runway\tvideo, Runway', 'runway/extend-ai-video\tvideo, Runway', 'seedream/4.5-edit\timage, ByteDance', 'seedream/4.5-text-to-image\timage, ByteDance', 'seedream/5-flash-image-to-image\timage, ByteDance', 'seedream/5-flash-layer-decomposition\timage, ByteDance', 'seedream/5-flash-text-to-image\timage, ByteDance', 'seedream/5-lite-image-to-image\timage, ByteDance', 'seedream/5-lite-text-to-image\timage, ByteDance', 'seedream/5-pro-image-to-image\timage, ByteDance', 'seedream/5-pro-layer-decomposition\timage, ByteDance', 'seedream/5-pro-text-to-image\timage, ByteDance', 'sora-2-characters\ttext, OpenAI', 'sora-2-characters-pro\ttext, OpenAI', 'sora-2-image-to-video\tvideo, OpenAI', 'sora-2-pro-image-to-video\tvideo, OpenAI', 'sora-2-pro-storyboard\tvideo, OpenAI', 'sora-2-pro-text-to-video\tvideo, OpenAI', 'sora-2-text-to-video\tvideo, OpenAI', 'sora-watermark-remover\tvideo, OpenAI', 'topaz/image-upscale\timage, Topaz', 'topaz/video-upscale\tvideo, Topaz', 'veo-3-1\tvideo, Google', 'veo/extend\tvideo, Google', 'veo/get-1080p-video\tvideo, Google', 'veo/get-4k-video\tvideo, Google', 'volcengine/video-to-video-lip-sync\tvideo, ByteDance', 'wan/2-2-a14b-image-to-video-turbo\tvideo, Alibaba', 'wan/2-2-a14b-speech-to-video-turbo\tvideo, Alibaba', 'wan/2-2-a14b-text-to-video-turbo\tvideo, Alibaba', 'wan/2-2-animate-move\tvideo, Alibaba', 'wan/2-2-animate-replace\tvideo, Alibaba', 'wan/2-5-image-to-video\tvideo, Alibaba', 'wan/2-5-text-to-video\tvideo, Alibaba', 'wan/2-6-flash-image-to-video\tvideo, Alibaba', 'wan/2-6-flash-video-to-video\tvideo, Alibaba', 'wan/2-6-image-to-video\tvideo, Alibaba', 'wan/2-6-text-to-video\tvideo, Alibaba', 'wan/2-6-video-to-video\tvideo, Alibaba', 'wan/2-7-image\timage, Alibaba', 'wan/2-7-image-pro\timage, Alibaba', 'wan/2-7-image-to-video\tvideo, Alibaba', 'wan/2-7-r2v\tvideo, Alibaba', 'wan/2-7-text-to-video\tvideo, Alibaba', 'wan/2-7-videoedit\tvideo, Alibaba', 'wan/3-0-video\tvideo, Alibaba', 'wan/3-0-video-prime\tvideo, Alibaba', 'z-image\timage, Alibaba', 'elevenlabs\tshort for elevenlabs/text-to-speech-multilingual-v2', 'flux\tshort for flux-2/pro-text-to-image', 'flux-2\tshort for flux-2/pro-text-to-image', 'flux-kontext\tshort for flux1-kontext', 'gemini-omni\tshort for google/gemini-omni-flash-1-1', 'gpt-image\tshort for gpt-image-2-5-flare-text-to-image', 'gpt-image-2\tshort for gpt-image-2-text-to-image', 'grok-imagine\tshort for grok-imagine-image-2-0/text-to-image', 'grok-video\tshort for grok-imagine/text-to-video', 'hailuo\tshort for minimax-h3/text-to-video', 'happyhorse\tshort for happyhorse-1-1/text-to-video', 'ideogram\tshort for ideogram/v3-text-to-image', 'imagen\tshort for google/imagen4', 'infinitalk\tshort for infinitalk/from-audio', 'kling\tshort for kling/v3-turbo-text-to-video', 'lip-sync\tshort for volcengine/video-to-video-lip-sync', 'lyrics\tshort for ai-music-api/generate-lyrics', 'minimax-h3\tshort for minimax-h3/text-to-video', 'nano-banana\tshort for nano-banana-2', 'omnihuman\tshort for omnihuman-1-5', 'pixverse\tshort for pixverse-v6/text-to-video', 'qwen\tshort for qwen3/text-to-image', 'remove-background\tshort for recraft/remove-background', 'seedance\tshort for bytedance/seedance-2-5', 'seedream\tshort for seedream/5-pro-text-to-image', 'suno\tshort for ai-music-api/generate', 'upscale\tshort for topaz/image-upscale', 'veo\tshort for veo-3-1', 'video-upscale\tshort for topaz/video-upscale', 'wan\tshort for wan/3-0-video'; break }
    })
    $found | ForEach-Object { $_.Replace('\t', "`t") }
}
$KieTable = @{}
foreach ($row in @(
    @('--aspect-ratio', '4o-image-api', '1:1 3:2 2:3'),
    @('--aspect-ratio', 'bytedance/seedance-1.5-pro', '1:1 4:3 3:4 16:9 9:16 21:9'),
    @('--aspect-ratio', 'bytedance/seedance-2 bytedance/seedance-2-5 bytedance/seedance-2-fast bytedance/seedance-2-mini seedance', 'auto 1:1 4:3 3:4 16:9 9:16 21:9'),
    @('--aspect-ratio', 'bytedance/seedream ideogram/character ideogram/character-remix ideogram/v3-reframe ideogram/v3-remix ideogram/v3-text-to-image qwen/image-edit qwen/text-to-image ideogram', '1:1 3:4 9:16 4:3 16:9 square'),
    @('--aspect-ratio', 'bytedance/seedream-v4-edit bytedance/seedream-v4-text-to-image', '1:1 3:4 2:3 9:16 4:3 3:2 16:9 21:9 square'),
    @('--aspect-ratio', 'bytedance/v1-lite-text-to-video', '16:9 4:3 1:1 3:4 9:16 9:21'),
    @('--aspect-ratio', 'bytedance/v1-pro-text-to-video flux1-kontext minimax-h3/text-to-video flux-kontext hailuo minimax-h3', '21:9 16:9 4:3 1:1 3:4 9:16'),
    @('--aspect-ratio', 'flux-2/flex-image-to-image flux-2/pro-image-to-image flux flux-2', '1:1 4:3 3:4 16:9 9:16 3:2 2:3 auto'),
    @('--aspect-ratio', 'flux-2/flex-text-to-image flux-2/pro-text-to-image', '1:1 4:3 3:4 16:9 9:16 3:2 2:3'),
    @('--aspect-ratio', 'gemini-omni-video google/gemini-omni-flash-1-1 wan/2-2-a14b-text-to-video-turbo gemini-omni', '16:9 9:16'),
    @('--aspect-ratio', 'google/imagen4 google/imagen4-fast google/imagen4-ultra imagen', '1:1 16:9 9:16 3:4 4:3 auto'),
    @('--aspect-ratio', 'google/nano-banana google/nano-banana-edit', '1:1 9:16 16:9 3:4 4:3 3:2 2:3 5:4 4:5 21:9 auto'),
    @('--aspect-ratio', 'gpt-image-2-5-flare-image-to-image gpt-image-2-5-flare-text-to-image gpt-image-2-5-sunburst-image-to-image gpt-image-2-5-sunburst-text-to-image gpt-image', 'auto 1:1 3:2 2:3 4:3 3:4 16:9 9:16 21:9 27:16 16:27 9:8 8:9'),
    @('--aspect-ratio', 'gpt-image-2-image-to-image gpt-image-2-text-to-image gpt-image-2', 'auto 1:1 3:2 2:3 4:3 3:4 5:4 4:5 16:9 9:16 2:1 1:2 3:1 1:3 21:9 9:21'),
    @('--aspect-ratio', 'gpt-image/1.5-image-to-image gpt-image/1.5-text-to-image', '1:1 2:3 3:2'),
    @('--aspect-ratio', 'grok-imagine-image-2-0/image-edit grok-imagine', '1:1 2:3 3:2 16:9 9:16 auto'),
    @('--aspect-ratio', 'grok-imagine-image-2-0/text-to-image', '1:1 2:3 3:2 16:9 9:16'),
    @('--aspect-ratio', 'grok-imagine-video-1-5-preview', '1:1 16:9 9:16 3:2 2:3 auto'),
    @('--aspect-ratio', 'grok-imagine/image-to-video grok-imagine/text-to-image grok-imagine/text-to-video grok-video', '2:3 3:2 1:1 16:9 9:16'),
    @('--aspect-ratio', 'happyhorse-1-1/reference-to-video', '16:9 9:16 3:4 4:3 4:5 5:4 1:1 9:21 21:9'),
    @('--aspect-ratio', 'happyhorse-1-1/text-to-video happyhorse', '16:9 9:16 1:1 4:3 3:4 4:5 5:4 9:21 21:9'),
    @('--aspect-ratio', 'happyhorse/reference-to-video happyhorse/text-to-video wan/2-7-r2v wan/2-7-text-to-video wan/2-7-videoedit', '16:9 9:16 1:1 4:3 3:4'),
    @('--aspect-ratio', 'kling-2.6/text-to-video', '1:1 16:9 9:16'),
    @('--aspect-ratio', 'kling-3.0-omni/image-to-video kling-3.0-omni/reference-to-video kling-3.0-omni/transformation', '16:9 9:16 1:1 auto'),
    @('--aspect-ratio', 'kling-3.0-omni/text-to-video kling-3.0/video kling/v2-1-master-text-to-video kling/v2-5-turbo-text-to-video-pro wan/2-5-text-to-video', '16:9 9:16 1:1'),
    @('--aspect-ratio', 'kling/v3-turbo-text-to-video kling', '1:1 9:16 16:9'),
    @('--aspect-ratio', 'minimax-h3/reference-to-video', 'auto 21:9 16:9 4:3 1:1 3:4 9:16'),
    @('--aspect-ratio', 'nano-banana-2 nano-banana-2-1 nano-banana', '1:1 2:3 3:2 1:4 4:1 3:4 4:3 4:5 5:4 1:8 8:1 9:16 16:9 21:9 auto'),
    @('--aspect-ratio', 'nano-banana-2-lite', '1:1 1:4 1:8 2:3 3:2 3:4 4:1 4:3 4:5 5:4 8:1 9:16 16:9 21:9 auto'),
    @('--aspect-ratio', 'nano-banana-pro', '1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9 auto'),
    @('--aspect-ratio', 'pixverse-v6/reference-to-video pixverse-v6/text-to-video pixverse', '16:9 4:3 1:1 3:4 9:16 2:3 3:2 21:9'),
    @('--aspect-ratio', 'qwen2-1/image-to-image', 'auto 1:1 4:3 3:4 3:2 2:3 16:9 9:16 21:9 9:21'),
    @('--aspect-ratio', 'qwen2-1/text-to-image', '1:1 4:3 3:4 3:2 2:3 16:9 9:16 21:9 9:21'),
    @('--aspect-ratio', 'qwen2/image-edit', '1:1 2:3 3:2 3:4 4:3 9:16 16:9 21:9'),
    @('--aspect-ratio', 'qwen2/text-to-image', '1:1 3:4 4:3 9:16 16:9'),
    @('--aspect-ratio', 'qwen3/image-to-image qwen3/pro-image-to-image qwen3/pro-text-to-image qwen3/text-to-image qwen', '1:1 3:2 2:3 4:3 3:4 16:9 9:16 21:9'),
    @('--aspect-ratio', 'runway', '16:9 4:3 1:1 3:4 9:16'),
    @('--aspect-ratio', 'seedream/4.5-edit seedream/4.5-text-to-image seedream/5-flash-image-to-image seedream/5-flash-text-to-image seedream/5-lite-image-to-image seedream/5-lite-text-to-image seedream/5-pro-image-to-image seedream/5-pro-text-to-image seedream', '1:1 4:3 3:4 16:9 9:16 2:3 3:2 21:9'),
    @('--aspect-ratio', 'sora-2-image-to-video sora-2-pro-image-to-video sora-2-pro-storyboard sora-2-pro-text-to-video sora-2-text-to-video', 'portrait landscape'),
    @('--aspect-ratio', 'veo-3-1 veo', '16:9 9:16 Auto'),
    @('--aspect-ratio', 'wan/2-7-image wan/2-7-image-pro', '1:1 16:9 4:3 21:9 3:4 9:16 8:1 1:8'),
    @('--aspect-ratio', 'wan/3-0-video wan/3-0-video-prime wan', 'auto 16:9 4:3 1:1 3:4 9:16'),
    @('--aspect-ratio', 'z-image', '1:1 4:3 3:4 16:9 9:16'),
    @('--aspect-ratio', '', 'Auto auto landscape portrait square 1:1 1:2 1:3 1:4 1:8 2:1 2:3 3:1 3:2 3:4 4:1 4:3 4:5 5:4 8:1 8:9 9:8 9:16 9:21 16:9 16:27 21:9 27:16'),
    @('--count', 'ideogram/character ideogram/character-edit ideogram/character-remix ideogram/v3-reframe ideogram/v3-remix qwen/image-edit ideogram', '1 2 3 4'),
    @('--count', '', '1 2 3 4'),
    @('--duration', 'bytedance/v1-lite-image-to-video bytedance/v1-lite-text-to-video bytedance/v1-pro-fast-image-to-video bytedance/v1-pro-image-to-video bytedance/v1-pro-text-to-video kling-2.6/image-to-video kling-2.6/text-to-video kling/v2-1-master-image-to-video kling/v2-1-master-text-to-video kling/v2-1-pro kling/v2-1-standard kling/v2-5-turbo-image-to-video-pro kling/v2-5-turbo-text-to-video-pro runway wan/2-5-image-to-video wan/2-5-text-to-video wan/2-6-flash-video-to-video wan/2-6-video-to-video', '5 10'),
    @('--duration', 'gemini-omni-video google/gemini-omni-flash-1-1 gemini-omni', '4 6 8 10'),
    @('--duration', 'hailuo/02-image-to-video-standard hailuo/02-text-to-video-standard hailuo/2-3-image-to-video-pro hailuo/2-3-image-to-video-standard', '6 10'),
    @('--duration', 'kling-3.0-omni/image-to-video kling-3.0-omni/reference-to-video kling-3.0-omni/text-to-video kling-3.0/video', '3 4 5 6 7 8 9 10 11 12 13 14 15'),
    @('--duration', 'minimax-h3/image-to-video minimax-h3/reference-to-video minimax-h3/text-to-video hailuo minimax-h3', '4 5 6 7 8 9 10 11 12 13 14 15'),
    @('--duration', 'sora-2-image-to-video sora-2-pro-image-to-video sora-2-pro-text-to-video sora-2-text-to-video', '10 15'),
    @('--duration', 'sora-2-pro-storyboard', '10 15 25'),
    @('--duration', 'veo-3-1 veo', '4 6 8'),
    @('--duration', 'wan/2-6-flash-image-to-video wan/2-6-image-to-video wan/2-6-text-to-video', '5 10 15'),
    @('--duration', '', '3 4 5 6 7 8 9 10 11 12 13 14 15 25'),
    @('--param', '4o-image-api', 'file_url@'),
    @('--param', 'ai-music-api/add-instrumental', 'title= tags= model=V4_5PLUS model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD lyrics= vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety='),
    @('--param', 'ai-music-api/add-vocals', 'title= style= lyrics= model=V4_5PLUS model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety='),
    @('--param', 'ai-music-api/check-voice ai-music-api/cover-generate ai-music-api/regenerate-phrase ai-music-api/suno-recovery-audio grok-imagine-image-2-0/segment-map grok-imagine/upscale', 'task_id='),
    @('--param', 'ai-music-api/convert-to-wav-format ai-music-api/generate-midi-from-audio ai-music-api/timeStamped-lyrics', 'task_id= audio_id='),
    @('--param', 'ai-music-api/create-music-video', 'task_id= audio_id= author= domain_name='),
    @('--param', 'ai-music-api/create-voice', 'task_id= voice_name= description= style= singer_skill_level=beginner singer_skill_level=intermediate singer_skill_level=advanced singer_skill_level=professional'),
    @('--param', 'ai-music-api/extend', 'audio_id= model=V4 model=V4_5 model=V4_5PLUS model=V4_5ALL model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD lyrics= style= title= continue_at= vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety= persona_id= persona_model=style_persona persona_model=voice_persona instrumental=true instrumental=false'),
    @('--param', 'ai-music-api/generate suno', 'custom_mode=true custom_mode=false instrumental=true instrumental=false model=V4 model=V4_5 model=V4_5PLUS model=V4_5ALL model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD lyrics= style= title= vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety= persona_id= persona_model=style_persona persona_model=voice_persona'),
    @('--param', 'ai-music-api/generate-persona', 'task_id= audio_id= name= description= vocal_start= vocal_end= style='),
    @('--param', 'ai-music-api/mashup', 'style= title= model=V4 model=V4_5 model=V4_5PLUS model=V4_5ALL model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD lyrics= vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety= persona_id= persona_model=style_persona persona_model=voice_persona'),
    @('--param', 'ai-music-api/replace-section', 'tags= title= infill_start_s= infill_end_s= full_lyrics= lyrics= vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety= persona_id= persona_model=style_persona persona_model=voice_persona task_id= audio_id= model=V4 model=V4_5 model=V4_5PLUS model=V4_5ALL model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD'),
    @('--param', 'ai-music-api/separate-vocals', 'stem_name=Kick stem_name=Snare stem_name=Risers stem_name=Bass stem_name=Piano stem_name=Percussion stem_name=Synth stem_name=Guitar stem_name=Organ stem_name=Keyboards stem_name=Woodwinds stem_name=Flute stem_name=Harp stem_name=Tambourine stem_name=Trumpet stem_name=Arpeggiator stem_name=Accordion stem_name=Fiddle stem_name=Violin stem_name=Mandolin stem_name=Choir stem_name=Banjo stem_name=Bells stem_name=Clarinet stem_name=Trombone stem_name=Shaker stem_name=Glockenspiel stem_name=Cello stem_name=Timpani stem_name=Harmonica stem_name=Marimba stem_name=Vibraphone stem_name=Saxophone stem_name=Orchestra stem_name=Horns stem_name=Cymbals stem_name=Oboe stem_name=Celesta stem_name=Congas stem_name=Drone stem_name=Ukulele stem_name=Harpsichord stem_name=Xylophone stem_name=Tuba stem_name=Whistle stem_name=Rhodes stem_name=808 stem_name=Bongos stem_name=Bassoon stem_name=Cowbell stem_name=Viola stem_name=Sitar stem_name=Piccolo stem_name=Theremin stem_name=Bagpipes stem_name=Hi-Hat stem_name=Melodica stem_name=Tabla stem_name=Koto stem_name=Djembe stem_name=Taiko stem_name=Didgeridoo type=separate_vocal type=split_stem type=split_stem_advanced task_id= audio_id='),
    @('--param', 'ai-music-api/sounds', 'model=V5 model=V5_5 model=V6 model=V6_WILD model=V6_MINI sound_loop=true sound_loop=false sound_tempo= sound_key=Cm sound_key=Dm sound_key=Em sound_key=Fm sound_key=Gm sound_key=Am sound_key=Bm sound_key=C sound_key=D sound_key=E sound_key=F sound_key=G sound_key=A sound_key=B grab_lyrics=true grab_lyrics=false'),
    @('--param', 'ai-music-api/upload-and-cover-audio', 'instrumental=true instrumental=false model=V4 model=V4_5 model=V4_5PLUS model=V4_5ALL model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD lyrics= style= title= vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety= persona_id= persona_model=voice_persona persona_model=style_persona'),
    @('--param', 'ai-music-api/upload-and-extend-audio', 'model=V4 model=V4_5 model=V4_5PLUS model=V4_5ALL model=V5 model=V5_5 model=V6 model=V6_MINI model=V6_WILD instrumental=true instrumental=false lyrics= style= title= continue_at= vocal_gender=m vocal_gender=f style_weight= weirdness_constraint= audio_weight= variety= persona_id= persona_model=style_persona persona_model=voice_persona'),
    @('--param', 'ai-music-api/validation-phrase', 'vocal_start_s= vocal_end_s= language='),
    @('--param', 'bytedance/seedance-1.5-pro', 'fixed_lens=true fixed_lens=false generate_audio=true generate_audio=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'bytedance/seedance-2 bytedance/seedance-2-fast', 'return_last_frame=true return_last_frame=false generate_audio=true generate_audio=false web_search=true web_search=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'bytedance/seedance-2-5 seedance', 'return_last_frame=true return_last_frame=false generate_audio=true generate_audio=false output_format=mp4 output_format=mov web_search=true web_search=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'bytedance/seedance-2-mini', 'generate_audio=true generate_audio=false web_search=true web_search=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'bytedance/seedream', 'guidance_scale='),
    @('--param', 'bytedance/seedream-v4-edit bytedance/seedream-v4-text-to-image bytedance/v1-pro-fast-image-to-video flux-2/flex-image-to-image flux-2/flex-text-to-image flux-2/pro-image-to-image flux-2/pro-text-to-image grok-imagine-video-1-5-preview grok-imagine/image-to-image hailuo/2-3-image-to-video-pro hailuo/2-3-image-to-video-standard seedream/4.5-edit seedream/4.5-text-to-image wan/2-2-animate-move wan/2-2-animate-replace z-image flux flux-2', 'nsfw_checker=true nsfw_checker=false'),
    @('--param', 'bytedance/v1-lite-image-to-video bytedance/v1-lite-text-to-video bytedance/v1-pro-image-to-video bytedance/v1-pro-text-to-video', 'camera_fixed=true camera_fixed=false enable_safety_checker=true enable_safety_checker=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'elevenlabs/sound-effect-v2', 'loop=true loop=false duration_seconds= prompt_influence= output_format=mp3_22050_32 output_format=mp3_44100_32 output_format=mp3_44100_64 output_format=mp3_44100_96 output_format=mp3_44100_128 output_format=mp3_44100_192 output_format=pcm_8000 output_format=pcm_16000 output_format=pcm_22050 output_format=pcm_24000 output_format=pcm_44100 output_format=pcm_48000 output_format=ulaw_8000 output_format=alaw_8000 output_format=opus_48000_32 output_format=opus_48000_64 output_format=opus_48000_96 output_format=opus_48000_128 output_format=opus_48000_192'),
    @('--param', 'elevenlabs/speech-to-text', 'language_code= tag_audio_events=true tag_audio_events=false diarize=true diarize=false'),
    @('--param', 'elevenlabs/text-to-dialogue-v3', 'dialogue= stability=0 stability=0.5 stability=1 language_code=af language_code=ar language_code=hy language_code=as language_code=az language_code=be language_code=bn language_code=bs language_code=bg language_code=ca language_code=ceb language_code=ny language_code=hr language_code=cs language_code=da language_code=nl language_code=en language_code=et language_code=fil language_code=fi language_code=fr language_code=gl language_code=ka language_code=de language_code=el language_code=gu language_code=ha language_code=he language_code=hi language_code=hu language_code=is language_code=id language_code=ga language_code=it language_code=ja language_code=jv language_code=kn language_code=kk language_code=ky language_code=ko language_code=lv language_code=ln language_code=lt language_code=lb language_code=mk language_code=ms language_code=ml language_code=zh language_code=mr language_code=ne language_code=no language_code=ps language_code=fa language_code=pl language_code=pt language_code=pa language_code=ro language_code=ru language_code=sr language_code=sd language_code=sk language_code=sl language_code=so language_code=es language_code=sw language_code=sv language_code=ta language_code=te language_code=th language_code=tr language_code=uk language_code=ur language_code=vi language_code=cy'),
    @('--param', 'elevenlabs/text-to-speech-multilingual-v2 elevenlabs/text-to-speech-turbo-2-5 elevenlabs', 'voice=EkK5I93UQWFDigLMpZcX voice=Z3R5wn05IrDiVCyEkUrK voice=NNl6r8mD7vthiJatiJt1 voice=YOq2y2Up4RgXP2HyXjE5 voice=B8gJV1IhpuegLxdpXFOE voice=2zRM7PkgwBPiau2jvVXc voice=1SM7GgM6IMuvQlz2BwM3 voice=5l5f8iK3YPeGga21rQIX voice=scOwDtmlUjD3prqpp97I voice=NOpBlnGInO9m6vDvFkFC voice=BZgkqPqms7Kj9ulSkVzn voice=wo6udizrrtpIxWGp2qJk voice=gU0LNdkMOQCOrPrwtbee voice=DGzg6RaUqxGRTHSBjfgF voice=x70vRnQBMBu4FAYhjJbO voice=Sm1seazb4gs7RSlUVw7c voice=P1bg08DkjqiVEzOn76yG voice=qDuRKMlYmrm8trt5QyBn voice=qXpMhyvQqiRxWQs4qSSB voice=TX3LPaxmHKxFdv7VOQHJ voice=N2lVS1w4EtoT3dr4eOWO voice=FGY2WhTYpPnrIDTdsKH5 voice=kPzsL2i3teMYv0FxEYQ6 voice=UgBBYS2sOqTuMpoF3BR0 voice=hpp4J3VqNfWAUOO0d1Us voice=nPczCjzI2devNBz1zQrb voice=uYXf8XasLslADfZ2MB4u voice=gs0tAILXbY5DNrJrsM6F voice=DTKMou8ccj1ZaWGBiotd voice=vBKc2FfBKJfcZNyEt1n6 voice=DYkrAHD8iwork3YSUBbs voice=56AoDkrOh6qfVPDXZ7Pt voice=eR40ATw9ArzDf9h3v7t7 voice=g6xIsTj2HwM6VR4iXFCw voice=lcMyyd2HUfFzxdCaC4Ta voice=6aDn1KB0hjpdcocrUkmq voice=Sq93GQT4X1lKDXsQcixO voice=flHkNRp1BlvT73UL6gyz voice=9yzdeviXkFddZ4Oz8Mok voice=pPdl9cQBQq4p6mRkZy2Z voice=zYcjlYFOd3taleS0gkk3 voice=nzeAacJi50IvxcyDnMXa voice=ruirxsoakN0GWmGNIo04 voice=TC0Zp7WVFzhA8zpTlRqV voice=ljo9gAlSqKOvF6D8sOsX voice=PPzYpIqttlTYA83688JI voice=8JVbfL6oEdmuxKn5DK2C voice=iCrDUkL56s3C8sCRl7wb voice=wJqPPQ618aTW29mptyoc voice=EiNlNiXeDU1pqqOPrYMO voice=4YYIPFl9wE5c4L2eu2Gb voice=6F5Zhi321D3Oq7v1oNT4 voice=YXpFCvM1S3JbWEJhoskW voice=LG95yZDEHg6fCZdQjLqj voice=CeNX9CMwmxDxUF5Q2Inm voice=aD6riP1btT197c6dACmy voice=mtrellq69YZsNwzUSyXh voice=dHd5gvgSOzSfduK4CvEg voice=eVItLK1UvXctxuaRV2Oq voice=esy0r39YPLQjOczyOib8 voice=Tsns2HvNFKfGiNjllgqo voice=1U02n4nD6AdIZ9CjF053 voice=AeRdCCKzvd23BpJoofzx voice=LruHrtVF6PSyGItzMNHS voice=1wGbFxmAM3Fgw63G1zZJ voice=hqfrgApggtO1785R4Fsn voice=MJ0RnG71ty4LH3dvNfSd stability= similarity_boost= style= speed= timestamps=true timestamps=false previous_text= next_text= language_code='),
    @('--param', 'flux1-kontext flux-kontext', 'enable_translation=true enable_translation=false upload_cn=true upload_cn=false output_format=jpeg output_format=png prompt_upsampling=true prompt_upsampling=false safety_tolerance=0 safety_tolerance=1 safety_tolerance=2 safety_tolerance=3 safety_tolerance=4 safety_tolerance=5 safety_tolerance=6 watermark='),
    @('--param', 'gemini-omni-video google/gemini-omni-flash-1-1 gemini-omni', 'audio_ids= character_ids='),
    @('--param', 'google/gemini-2-5-pro-tts google/gemini-3-1-flash-tts', 'speakers= dialogue_turns= temperature= scene= sample_context='),
    @('--param', 'google/gemini-3-8-flash-lite-tts', 'speakers= dialogue_turns= temperature= filler_words=true filler_words=false'),
    @('--param', 'google/nano-banana', 'output_format=png output_format=jpeg image_size=1:1 image_size=9:16 image_size=16:9 image_size=3:4 image_size=4:3 image_size=3:2 image_size=2:3 image_size=5:4 image_size=4:5 image_size=21:9 image_size=auto nsfw_checker=true nsfw_checker=false'),
    @('--param', 'google/nano-banana-edit', 'output_format=png output_format=jpeg image_size=1:1 image_size=9:16 image_size=16:9 image_size=3:4 image_size=4:3 image_size=3:2 image_size=2:3 image_size=5:4 image_size=4:5 image_size=21:9 image_size=auto'),
    @('--param', 'gpt-image-2-5-flare-image-to-image gpt-image-2-5-flare-text-to-image gpt-image-2-5-sunburst-image-to-image gpt-image-2-5-sunburst-text-to-image gpt-image-2-image-to-image gpt-image-2-text-to-image gpt-image gpt-image-2', 'background=transparent background=opaque background=auto'),
    @('--param', 'gpt-image/1.5-image-to-image gpt-image/1.5-text-to-image', 'quality=medium quality=high'),
    @('--param', 'grok-imagine-image-2-0/segment-edit', 'task_id= mask_indexs='),
    @('--param', 'grok-imagine/extend', 'task_id= extend_at= extend_times=6 extend_times=10'),
    @('--param', 'grok-imagine/image-to-video', 'task_id= index= mode=fun mode=normal mode=spicy nsfw_checker=true nsfw_checker=false'),
    @('--param', 'grok-imagine/text-to-image', 'nsfw_checker=true nsfw_checker=false enable_pro=true enable_pro=false'),
    @('--param', 'grok-imagine/text-to-video', 'mode=fun mode=normal mode=spicy nsfw_checker=true nsfw_checker=false'),
    @('--param', 'hailuo/02-image-to-video-pro hailuo/02-image-to-video-standard hailuo/02-text-to-video-pro hailuo/02-text-to-video-standard', 'prompt_optimizer=true prompt_optimizer=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'happyhorse/video-edit', 'audio_setting=auto audio_setting=origin'),
    @('--param', 'ideogram/character ideogram/character-edit', 'rendering_speed=TURBO rendering_speed=BALANCED rendering_speed=QUALITY style=AUTO style=REALISTIC style=FICTION expand_prompt=true expand_prompt=false'),
    @('--param', 'ideogram/character-remix', 'rendering_speed=TURBO rendering_speed=BALANCED rendering_speed=QUALITY style=AUTO style=REALISTIC style=FICTION expand_prompt=true expand_prompt=false strength= image_urls@'),
    @('--param', 'ideogram/v3-edit', 'rendering_speed=TURBO rendering_speed=BALANCED rendering_speed=QUALITY expand_prompt=true expand_prompt=false'),
    @('--param', 'ideogram/v3-reframe', 'rendering_speed=TURBO rendering_speed=BALANCED rendering_speed=QUALITY style=AUTO style=GENERAL style=REALISTIC style=DESIGN'),
    @('--param', 'ideogram/v3-remix ideogram', 'rendering_speed=TURBO rendering_speed=BALANCED rendering_speed=QUALITY style=AUTO style=GENERAL style=REALISTIC style=DESIGN expand_prompt=true expand_prompt=false strength='),
    @('--param', 'ideogram/v3-text-to-image', 'rendering_speed=TURBO rendering_speed=BALANCED rendering_speed=QUALITY style=AUTO style=GENERAL style=REALISTIC style=DESIGN expand_prompt=true expand_prompt=false'),
    @('--param', 'kling-2.6/image-to-video kling-2.6/text-to-video', 'sound=true sound=false'),
    @('--param', 'kling-2.6/motion-control', 'character_orientation=image character_orientation=video'),
    @('--param', 'kling-3.0-omni/image-to-video kling-3.0-omni/reference-to-video', 'audio=true audio=false customize_multi_shots=true customize_multi_shots=false prefer_multi_shots=true prefer_multi_shots=false multi_prompt= elements='),
    @('--param', 'kling-3.0-omni/text-to-video', 'customize_multi_shots=true customize_multi_shots=false prefer_multi_shots=true prefer_multi_shots=false multi_prompt= elements= audio=true audio=false'),
    @('--param', 'kling-3.0-omni/transformation', 'audio=false audio=true elements='),
    @('--param', 'kling-3.0/motion-control', 'character_orientation=video character_orientation=image background_source=input_video background_source=input_image'),
    @('--param', 'kling-3.0/video', 'sound=true sound=false multi_shots=true multi_shots=false multi_prompt= kling_elements='),
    @('--param', 'kling/v2-1-master-image-to-video kling/v2-1-master-text-to-video kling/v2-1-pro kling/v2-1-standard kling/v2-5-turbo-image-to-video-pro kling/v2-5-turbo-text-to-video-pro', 'cfg_scale='),
    @('--param', 'nano-banana-2 nano-banana-2-1 nano-banana-pro nano-banana', 'output_format=png output_format=jpg'),
    @('--param', 'omnihuman-1-5 omnihuman', 'pe_fast_mode=true pe_fast_mode=false'),
    @('--param', 'pixverse-v6/extend', 'generate_audio_switch=true generate_audio_switch=false taskId='),
    @('--param', 'pixverse-v6/image-to-video pixverse', 'generate_audio_switch=true generate_audio_switch=false generate_multi_clip_switch=true generate_multi_clip_switch=false template_id=412736208886848 template_id=411563216524736 template_id=411316927927040 template_id=411174903569216 template_id=410999246341952 template_id=408891141511104 template_id=410317363057408 template_id=410285445698304 template_id=410133101388544 template_id=409899296377728 template_id=408897485909952 template_id=408869061406656 template_id=408661207662528 template_id=409767750265728 template_id=409766559675264 template_id=409589071559552 template_id=407804339389760 template_id=407658863287616 template_id=407474361215744 template_id=407473438360320 template_id=407467702283008 template_id=385844572217469 template_id=406428904874432 template_id=406423682060736 template_id=406411724685760 template_id=406372274350528 template_id=406218913317312 template_id=406218479198656 template_id=406064763308480 template_id=406413607395776 template_id=405662117814720 template_id=406014934000064 template_id=405658369331648 template_id=405321470423488 template_id=405175211454656 template_id=404955806201792 template_id=404820147974080 template_id=398980393937856 template_id=403916646846400 template_id=403739217192896 template_id=403560060358144 template_id=403556618212098 template_id=398965022284579 template_id=402201060373270 template_id=403085292466285 template_id=402061828030966 template_id=402888569901524 template_id=402155676592228 template_id=402047865383360 template_id=402046136040202'),
    @('--param', 'pixverse-v6/reference-to-video pixverse-v6/transition', 'generate_audio_switch=true generate_audio_switch=false'),
    @('--param', 'pixverse-v6/text-to-video', 'generate_audio_switch=true generate_audio_switch=false generate_multi_clip_switch=true generate_multi_clip_switch=false'),
    @('--param', 'qwen/image-edit', 'acceleration=none acceleration=regular acceleration=high num_inference_steps= guidance_scale= sync_mode=true sync_mode=false enable_safety_checker=true enable_safety_checker=false output_format=jpeg output_format=png nsfw_checker=true nsfw_checker=false'),
    @('--param', 'qwen/image-to-image', 'strength= output_format=png output_format=jpeg acceleration=none acceleration=regular acceleration=high num_inference_steps= guidance_scale= enable_safety_checker=true enable_safety_checker=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'qwen/text-to-image', 'num_inference_steps= guidance_scale= enable_safety_checker=true enable_safety_checker=false output_format=png output_format=jpeg acceleration=none acceleration=regular acceleration=high nsfw_checker=true nsfw_checker=false'),
    @('--param', 'qwen2-1/image-to-image qwen2-1/text-to-image', 'background=opaque background=transparent output_format=png output_format=webp output_format=jpeg enhance_prompt=true enhance_prompt=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'qwen2/image-edit qwen2/text-to-image', 'output_format=jpeg output_format=png nsfw_checker=true nsfw_checker=false'),
    @('--param', 'qwen3/image-to-image qwen3/pro-image-to-image qwen3/pro-text-to-image qwen3/text-to-image qwen', 'output_format=png output_format=jpeg prompt_extend=true prompt_extend=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'runway', 'watermark='),
    @('--param', 'runway/extend-ai-video veo/extend', 'task_id= watermark='),
    @('--param', 'seedream/5-flash-image-to-image seedream/5-flash-text-to-image seedream/5-lite-image-to-image seedream/5-lite-text-to-image seedream/5-pro-image-to-image seedream/5-pro-text-to-image seedream', 'output_format=png output_format=jpeg nsfw_checker=true nsfw_checker=false'),
    @('--param', 'seedream/5-flash-layer-decomposition seedream/5-pro-layer-decomposition', 'output_format=png output_format=jpeg'),
    @('--param', 'sora-2-characters', 'character_file_url= character_prompt= safety_instruction='),
    @('--param', 'sora-2-characters-pro', 'origin_task_id= timestamps= character_prompt= character_user_name= safety_instruction='),
    @('--param', 'sora-2-image-to-video sora-2-text-to-video', 'upload_method=s3 upload_method=oss remove_watermark=true remove_watermark=false character_id_list='),
    @('--param', 'sora-2-pro-image-to-video', 'upload_method=oss upload_method=s3 size=standard size=high remove_watermark=true remove_watermark=false character_id_list='),
    @('--param', 'sora-2-pro-storyboard', 'upload_method=s3 upload_method=oss shots='),
    @('--param', 'sora-2-pro-text-to-video', 'upload_method=s3 upload_method=oss size=standard size=high remove_watermark=true remove_watermark=false character_id_list='),
    @('--param', 'sora-watermark-remover', 'upload_method=oss upload_method=s3'),
    @('--param', 'topaz/image-upscale topaz/video-upscale upscale video-upscale', 'upscale_factor=1 upscale_factor=2 upscale_factor=4'),
    @('--param', 'veo-3-1 veo', 'generation_type=TEXT_2_VIDEO generation_type=FIRST_AND_LAST_FRAMES_2_VIDEO generation_type=REFERENCE_2_VIDEO enable_fallback=true enable_fallback=false enable_translation=true enable_translation=false watermark='),
    @('--param', 'veo/get-1080p-video', 'taskId= index='),
    @('--param', 'veo/get-4k-video', 'task_id= index='),
    @('--param', 'volcengine/video-to-video-lip-sync lip-sync', 'mode=lite mode=basic separate_vocal=true separate_vocal=false open_scenedet=true open_scenedet=false align_audio=true align_audio=false align_audio_reverse=true align_audio_reverse=false templ_start_seconds='),
    @('--param', 'wan/2-2-a14b-image-to-video-turbo wan/2-2-a14b-text-to-video-turbo', 'enable_prompt_expansion=true enable_prompt_expansion=false acceleration=none acceleration=regular nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/2-2-a14b-speech-to-video-turbo', 'num_frames= frames_per_second= num_inference_steps= guidance_scale= shift= nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/2-5-image-to-video wan/2-5-text-to-video', 'enable_prompt_expansion=true enable_prompt_expansion=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/2-6-flash-image-to-video wan/2-6-flash-video-to-video', 'audio=true audio=false multi_shots=true multi_shots=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/2-6-image-to-video wan/2-6-text-to-video wan/2-6-video-to-video', 'multi_shots=true multi_shots=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/2-7-image wan/2-7-image-pro', 'enable_sequential=true enable_sequential=false thinking_mode=true thinking_mode=false color_palette= bbox_list= watermark=true watermark=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/2-7-image-to-video wan/2-7-r2v wan/2-7-text-to-video', 'prompt_extend=true prompt_extend=false watermark=true watermark=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/2-7-videoedit', 'audio_setting=auto audio_setting=origin prompt_extend=true prompt_extend=false watermark=true watermark=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'wan/3-0-video wan/3-0-video-prime wan', 'reference_file_urls= reference_link_urls= audio=true audio=false nsfw_checker=true nsfw_checker=false'),
    @('--param', 'grok-video', 'mode=fun mode=normal mode=spicy nsfw_checker=true nsfw_checker=false task_id= index='),
    @('--resolution', 'bytedance/seedance-1.5-pro bytedance/seedance-2-5 bytedance/v1-lite-image-to-video bytedance/v1-lite-text-to-video bytedance/v1-pro-image-to-video bytedance/v1-pro-text-to-video grok-imagine-video-1-5-preview grok-imagine/image-to-video grok-imagine/text-to-video grok-video seedance', '480p 720p 1080p'),
    @('--resolution', 'bytedance/seedance-2', '480p 720p 1080p 4k'),
    @('--resolution', 'bytedance/seedance-2-fast bytedance/seedance-2-mini infinitalk/from-audio wan/2-2-a14b-image-to-video-turbo wan/2-2-a14b-text-to-video-turbo infinitalk', '480p 720p'),
    @('--resolution', 'bytedance/seedream-v4-edit bytedance/seedream-v4-text-to-image gpt-image-2-5-flare-image-to-image gpt-image-2-5-flare-text-to-image gpt-image-2-5-sunburst-image-to-image gpt-image-2-5-sunburst-text-to-image gpt-image-2-image-to-image gpt-image-2-text-to-image nano-banana-2 nano-banana-2-1 nano-banana-pro wan/2-7-image wan/2-7-image-pro gpt-image gpt-image-2 nano-banana', '1K 2K 4K'),
    @('--resolution', 'bytedance/v1-pro-fast-image-to-video grok-imagine/upscale happyhorse-1-1/image-to-video happyhorse-1-1/reference-to-video happyhorse-1-1/text-to-video happyhorse/image-to-video happyhorse/reference-to-video happyhorse/text-to-video happyhorse/video-edit kling-2.6/motion-control kling/v3-turbo-image-to-video kling/v3-turbo-text-to-video omnihuman-1-5 runway wan/2-5-image-to-video wan/2-5-text-to-video wan/2-6-flash-image-to-video wan/2-6-flash-video-to-video wan/2-6-image-to-video wan/2-6-text-to-video wan/2-6-video-to-video wan/2-7-image-to-video wan/2-7-r2v wan/2-7-text-to-video wan/2-7-videoedit happyhorse kling omnihuman', '720p 1080p'),
    @('--resolution', 'flux-2/flex-image-to-image flux-2/flex-text-to-image flux-2/pro-image-to-image flux-2/pro-text-to-image qwen2-1/image-to-image qwen2-1/text-to-image qwen3/image-to-image qwen3/pro-image-to-image qwen3/pro-text-to-image qwen3/text-to-image seedream/5-pro-image-to-image seedream/5-pro-text-to-image flux flux-2 qwen seedream', '1K 2K'),
    @('--resolution', 'gemini-omni-video kling-3.0-omni/image-to-video kling-3.0-omni/reference-to-video kling-3.0-omni/text-to-video kling-3.0-omni/transformation veo-3-1 veo', '720p 1080p 4k'),
    @('--resolution', 'google/gemini-omni-flash-1-1 gemini-omni', '360p 720p 1080p 4k'),
    @('--resolution', 'hailuo/02-image-to-video-standard', '512P 768P'),
    @('--resolution', 'hailuo/2-3-image-to-video-pro hailuo/2-3-image-to-video-standard', '768P 1080P'),
    @('--resolution', 'kling-3.0/motion-control', 'std pro 720p 1080p'),
    @('--resolution', 'kling-3.0/video', '720p 1080p 4K'),
    @('--resolution', 'minimax-h3/image-to-video minimax-h3/reference-to-video minimax-h3/text-to-video hailuo minimax-h3', '768P 2K'),
    @('--resolution', 'pixverse-v6/extend pixverse-v6/image-to-video pixverse-v6/reference-to-video pixverse-v6/text-to-video pixverse-v6/transition pixverse', '360p 540p 720p 1080p'),
    @('--resolution', 'seedream/4.5-edit seedream/4.5-text-to-image', '2K 4K'),
    @('--resolution', 'seedream/5-flash-image-to-image seedream/5-flash-text-to-image', '1K 1.5K 2K'),
    @('--resolution', 'seedream/5-flash-layer-decomposition seedream/5-pro-layer-decomposition', 'auto 1K 1.5K 2K'),
    @('--resolution', 'seedream/5-lite-image-to-image seedream/5-lite-text-to-image', '2K 3K 4K'),
    @('--resolution', 'wan/2-2-a14b-speech-to-video-turbo wan/2-2-animate-move wan/2-2-animate-replace', '480p 580p 720p'),
    @('--resolution', 'wan/3-0-video wan/3-0-video-prime wan', '480P 720P 1080P'),
    @('--resolution', '', 'auto pro std 1K 1.5K 2K 3K 4K 4k 360p 480P 480p 512P 540p 580p 720P 720p 768P 1080P 1080p')
)) {
    foreach ($model in $row[1].Split(' ')) {
        $KieTable["$($row[0]) $model"] = $row[2]
    }
}
$KieValues = {
    param($flag, $model)
    $found = $KieTable["$flag $model"]
    if ($found) { $found.Split(' ') }
}

# Give the index that kie keeps.
$KieIndex = {
    param($name)
    $folder = $env:KIE_CACHE_DIR
    if (-not $folder -and $env:OS -eq 'Windows_NT') { $folder = "$env:LOCALAPPDATA/kie/Cache" }
    if (-not $folder -and "$env:XDG_CACHE_HOME".StartsWith('/')) { $folder = "$env:XDG_CACHE_HOME/kie" }
    if (-not $folder) { $folder = "$HOME/.cache/kie" }
    $file = "$folder/completion/$name"
    if ([IO.File]::Exists($file)) { [IO.File]::ReadAllLines($file) }
}

Register-ArgumentCompleter -Native -CommandName kie -ScriptBlock {
    param($cur, $ast, $cursor)
    $key = ''; $flag = ''; $head = ''; $place = 0
    $model = $env:KIE_MODEL; $sandbox = $env:KIE_SANDBOX
    $before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor })
    foreach ($element in ($before | Select-Object -Skip 1)) {
        $word = $element.ToString().Trim("'", '"')
        if ($flag) {
            if ($flag -cin '-m', '--model') { $model = $word }
            $flag = ''
        } elseif ($word -eq '--sandbox') {
            $sandbox = '1'
        } elseif ($word -like '--model=*') {
            $model = $word.Substring(8)
        } elseif ($word -like '--*=*') {
        } elseif ($word -like '-?*') {
            if (& $KieOffers "option $key $word") { $flag = $word }
        } elseif (& $KieOffers "commands $key") {
            $key = "$key $word".Trim()
        } else {
            $place++
        }
    }

    if (-not $flag -and $cur -like '--*=*') {
        $flag = $cur.Substring(0, $cur.IndexOf('='))
        $head = "$flag="
    }
    if ($flag) {
        $offers = @(& $KieOffers "option $key $flag")
    } elseif ($cur -like '-*') {
        $offers = @(& $KieOffers "flags $key")
    } else {
        $offers = @(& $KieOffers "commands $key")
        if (-not $offers) { $offers = @(& $KieOffers "argument $key $place") }
    }

    switch -Wildcard ("$($offers | Select-Object -First 1)") {
        '@none' { return }
        '@files' { return }
        '@keys' { $offers = @(& $KieOffers 'keys'); break }
        '@models' {
            $offers = @(& $KieOffers 'models')
            $offers += @(& $KieIndex 'models')
            break
        }
        '@values' {
            $flag = $offers[1]
            $offers = @(& $KieValues $flag "$model")
            if (-not $offers) {
                $start = "$flag $model`t"
                $offers = @(& $KieIndex 'values' | Where-Object { $_.StartsWith($start) } |
                    ForEach-Object { $_.Substring($start.Length).Split(' ') })
            }
            break
        }
        '@*' {
            $room = if ($sandbox -in '1', 'true', 'yes', 'on') { 'sandbox/' } else { '' }
            $offers = @($offers | ForEach-Object { & $KieIndex $_.Replace('@', $room) })
            break
        }
    }
    foreach ($offer in $offers) {
        $word, $meaning = $offer -split "`t", 2
        if ("$head$word".StartsWith($cur, [StringComparison]::OrdinalIgnoreCase)) {
            $tip = if ($meaning) { $meaning } else { $word }
            $shown = if ($meaning -and $word.Length -gt 18) { "$word  $tip" } else { $word }
            [Management.Automation.CompletionResult]::new("$head$word", $shown, 'ParameterValue', $tip)
        }
    }
}
