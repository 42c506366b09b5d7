# @made@
# The words: `& $KieOffers KEY` and `& $KieValues FLAG MODEL` give "WORD" or "WORD<tab>MEANING".
@tables@

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
