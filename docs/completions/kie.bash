# @made@
# The words: `_kie_offers KEY` sets the array offers, for each word "WORD" or "WORD<tab>MEANING".
@tables@

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
