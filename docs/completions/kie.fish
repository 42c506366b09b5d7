# @made@
# The words: `__kie_offers KEY` and `__kie_values FLAG MODEL` print "WORD" or "WORD<tab>MEANING".
@tables@

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
